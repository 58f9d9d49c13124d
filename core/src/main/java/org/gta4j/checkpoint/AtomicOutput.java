package org.gta4j.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

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
   * Writes a file. A link is followed; a device or pipe has no content to keep and is written
   * directly.
   *
   * @throws CheckpointException if it cannot be written; nothing new is left behind then
   */
  public static void write(Path file, Content content) {
    Path absolute = file.toAbsolutePath();
    Path folder = absolute.getParent();
    if (folder == null || Files.isDirectory(absolute)) {
      throw new CheckpointException(file + ": cannot be written: it is a folder");
    }
    try {
      if (Files.isRegularFile(absolute)) {
        replace(absolute.toRealPath(), content);
      } else if (Files.exists(absolute)) {
        try (FileChannel channel = FileChannel.open(absolute, StandardOpenOption.WRITE)) {
          content.writeTo(channel);
        }
      } else {
        replace(absolute, content);
      }
    } catch (IOException e) {
      throw new CheckpointException(
          "%s: cannot be written: %s".formatted(file, reason(e, folder)), e);
    }
  }

  private static void replace(Path file, Content content) throws IOException {
    // Not made from the file's own name, which may be as long as names can be.
    Path temporary = file.resolveSibling(".gta4j-%s.tmp".formatted(UUID.randomUUID()));
    UnfinishedFiles.add(temporary);
    try {
      try (FileChannel channel =
          FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        content.writeTo(channel);
        channel.force(true);
      }
      Files.move(
          temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      UnfinishedFiles.finished(temporary);
    } finally {
      UnfinishedFiles.delete(temporary);
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
    return e instanceof AccessDeniedException
        ? "its folder's permissions do not allow it"
        : InputFile.reason(e);
  }
}
