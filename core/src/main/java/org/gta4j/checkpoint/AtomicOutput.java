package org.gta4j.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * A file that appears whole or not at all: it is written under a temporary name beside its place
 * and moved there at the end. Whatever stood there before is kept until then.
 */
public final class AtomicOutput {
  /** What writes the content. */
  @FunctionalInterface
  public interface Content {
    /** Writes everything to {@code channel}. */
    void writeTo(FileChannel channel) throws IOException;
  }

  private AtomicOutput() {}

  /**
   * Writes a file.
   *
   * @throws CheckpointException if it cannot be written; nothing new is left behind then
   */
  public static void write(Path file, Content content) {
    Path absolute = file.toAbsolutePath();
    Path folder = absolute.getParent();
    if (folder == null || Files.isDirectory(absolute)) {
      throw new CheckpointException(file + ": cannot be written: it is a folder");
    }
    Path temporary =
        folder.resolve(
            ".%s.%d.tmp".formatted(absolute.getFileName(), ProcessHandle.current().pid()));
    try {
      try (FileChannel channel =
          FileChannel.open(
              temporary,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING,
              StandardOpenOption.WRITE)) {
        content.writeTo(channel);
        channel.force(true);
      }
      Files.move(
          temporary, absolute, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new CheckpointException(
          "%s: cannot be written: %s".formatted(file, reason(e, folder)), e);
    } finally {
      try {
        Files.deleteIfExists(temporary);
      } catch (IOException e) {
        // The error that matters has been reported; a temporary file that cannot be removed is left
        // for its owner.
      }
    }
  }

  /** Writes all bytes of {@code buffer}. */
  public static void writeFully(FileChannel channel, ByteBuffer buffer) throws IOException {
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
  }

  private static String reason(IOException e, Path folder) {
    if (!Files.isDirectory(folder)) {
      return "there is no folder " + folder;
    }
    return e instanceof java.nio.file.AccessDeniedException
        ? "its folder's permissions do not allow it"
        : String.valueOf(e.getMessage());
  }
}
