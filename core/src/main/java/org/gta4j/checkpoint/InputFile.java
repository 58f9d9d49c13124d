package org.gta4j.checkpoint;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * A file that is read, or mapped into memory once its size is known to be right. Says in words why
 * one cannot be read.
 */
public final class InputFile implements AutoCloseable {
  private final Path path;
  private final FileChannel channel;
  private final long size;

  private InputFile(Path path, FileChannel channel, long size) {
    this.path = path;
    this.channel = channel;
    this.size = size;
  }

  /**
   * Opens a file.
   *
   * @throws CheckpointException if there is none, or it is a folder, a pipe or a device, or it
   *     cannot be read
   */
  public static InputFile open(Path path) {
    try {
      BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
      if (!attributes.isRegularFile()) {
        // Opening a pipe would wait for its writer, and a device may never end.
        throw new CheckpointException(
            "%s: expected a file, found %s"
                .formatted(path, attributes.isDirectory() ? "a folder" : "a pipe or a device"));
      }
      FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
      try {
        return new InputFile(path, channel, channel.size());
      } catch (IOException | RuntimeException e) {
        channel.close();
        throw e;
      }
    } catch (IOException e) {
      throw unreadable(path, e);
    }
  }

  /**
   * The bytes of a whole file.
   *
   * @param longest how many there may be
   * @throws CheckpointException if the file is longer or cannot be read
   */
  public static byte[] readBytes(Path path, long longest) {
    try (InputFile file = open(path)) {
      if (file.size() > longest) {
        throw CheckpointException.of(
            path.toString(), "size", "at most %d bytes".formatted(longest), file.size());
      }
      return file.read(0, Math.toIntExact(file.size()));
    }
  }

  /** How many bytes it had when it was opened. */
  public long size() {
    return size;
  }

  /** {@code count} bytes from {@code at} on, which the caller has checked against the size. */
  public byte[] read(long at, int count) {
    ByteBuffer buffer = ByteBuffer.allocate(count);
    read(at, buffer);
    return buffer.array();
  }

  /**
   * Fills {@code buffer} with the bytes from {@code at} on, which the caller has checked against
   * the size.
   *
   * @throws CheckpointException if they cannot be read, or the file has become shorter
   */
  public void read(long at, ByteBuffer buffer) {
    long begin = at - buffer.position();
    try {
      while (buffer.hasRemaining()) {
        if (channel.read(buffer, begin + buffer.position()) < 0) {
          throw shorter(begin + buffer.position());
        }
      }
    } catch (IOException e) {
      throw unreadable(path, e);
    }
  }

  /**
   * {@code count} bytes from {@code at} on, mapped for reading until {@code arena} is closed. More
   * than the file has by now is refused, never mapped: reading there would end the process.
   */
  MemorySegment map(long at, long count, Arena arena) {
    try {
      if (channel.size() < at + count) {
        throw shorter(channel.size());
      }
      return channel.map(FileChannel.MapMode.READ_ONLY, at, count, arena);
    } catch (IOException e) {
      throw unreadable(path, e);
    }
  }

  private CheckpointException shorter(long found) {
    return CheckpointException.of(
        path.toString(), "size", "%d bytes, as it had when it was opened".formatted(size), found);
  }

  /** Closes the file; what was mapped stays. */
  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      // Nothing was written that could be lost.
    }
  }

  /** The exception that says why {@code file} cannot be read. */
  static CheckpointException unreadable(Path file, IOException e) {
    String why =
        switch (e) {
          case NoSuchFileException ignored -> "there is no such file";
          case AccessDeniedException ignored -> "its permissions do not let it be read";
          default -> "it cannot be read: " + reason(e);
        };
    return new CheckpointException(file + ": " + why, e);
  }

  /** What the system says, without the path that some of its messages begin with. */
  public static String reason(IOException e) {
    if (e instanceof AccessDeniedException) {
      return "permission denied";
    }
    if (e instanceof NoSuchFileException) {
      return "there is no such file or folder";
    }
    String reason = e instanceof FileSystemException known ? known.getReason() : e.getMessage();
    return reason == null ? e.getClass().getSimpleName() : reason;
  }
}
