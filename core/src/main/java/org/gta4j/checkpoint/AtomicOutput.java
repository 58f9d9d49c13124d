package org.gta4j.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;

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

  /** As many links as Linux follows. */
  private static final int MAX_LINKS = 40;

  private AtomicOutput() {}

  /**
   * Writes a file that is in memory already, as {@link #write(Path, Content)} does.
   *
   * @throws CheckpointException if it cannot be written; nothing new is left behind then
   */
  public static void write(Path file, byte... bytes) {
    write(file, channel -> writeFully(channel, ByteBuffer.wrap(bytes)));
  }

  /**
   * Writes a file. A link is followed; a device or pipe has no content to keep and is written
   * directly.
   *
   * @throws CheckpointException if it cannot be written; nothing new is left behind then
   */
  public static void write(Path file, Content content) {
    write(file, Readers.AS_BEFORE, content);
  }

  /**
   * Writes a file that nobody but its owner can read, from its first byte on and whoever could read
   * what stood there before.
   *
   * @throws CheckpointException if it cannot be written; nothing new is left behind then
   */
  public static void writePrivate(Path file, Content content) {
    write(file, Readers.OWNER, content);
  }

  /** Who may read a file. */
  private enum Readers {
    AS_BEFORE,
    OWNER
  }

  private static void write(Path file, Readers readers, Content content) {
    Path absolute = file.toAbsolutePath();
    Path folder = absolute.getParent();
    if (folder == null || Files.isDirectory(absolute)) {
      throw new CheckpointException(file + ": cannot be written: it is a folder");
    }
    try {
      if (Files.isRegularFile(absolute)) {
        replace(absolute.toRealPath(), readers, content);
      } else if (Files.exists(absolute)) {
        try (FileChannel channel = FileChannel.open(absolute, StandardOpenOption.WRITE)) {
          content.writeTo(channel);
        }
      } else {
        replace(target(absolute), readers, content);
      }
    } catch (IOException e) {
      throw new CheckpointException(
          "%s: cannot be written: %s".formatted(file, reason(e, folder)), e);
    }
  }

  /** Where a link that leads to nothing yet leads to; the path itself where it is none. */
  private static Path target(Path path) throws IOException {
    Path target = path;
    for (int links = 0; Files.isSymbolicLink(target); links++) {
      if (links == MAX_LINKS) {
        throw new FileSystemLoopException(path.toString());
      }
      target = target.resolveSibling(Files.readSymbolicLink(target));
    }
    return target;
  }

  private static void replace(Path file, Readers readers, Content content) throws IOException {
    TemporaryOutput.clear(file);
    Path temporary = TemporaryOutput.beside(file);
    UnfinishedFiles.add(temporary);
    try {
      try (FileChannel channel =
          FileChannel.open(
              temporary,
              Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
              attributes(readers, file))) {
        TemporaryOutput.hold(channel);
        content.writeTo(channel);
        channel.force(true);
        if (readers == Readers.AS_BEFORE) {
          keepPermissions(file, temporary);
        }
        Files.move(
            temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      }
      UnfinishedFiles.finished(temporary);
    } finally {
      UnfinishedFiles.delete(temporary);
    }
  }

  /** Nobody reads what is being written who will not be allowed to read it then. */
  private static FileAttribute<?>[] attributes(Readers readers, Path file) throws IOException {
    if (readers == Readers.OWNER) {
      return OwnersOnly.attributes(file.resolveSibling(""));
    }
    Optional<Set<PosixFilePermission>> known = permissions(file);
    return known.isPresent()
        ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(known.get())}
        : new FileAttribute<?>[0];
  }

  /** A file that only its owner could read stays one; one that all could write, too. */
  private static void keepPermissions(Path file, Path temporary) throws IOException {
    Optional<Set<PosixFilePermission>> known = permissions(file);
    if (known.isPresent()) {
      Files.setPosixFilePermissions(temporary, known.get());
    }
  }

  private static Optional<Set<PosixFilePermission>> permissions(Path file) throws IOException {
    return Files.exists(file)
            && Files.getFileStore(file).supportsFileAttributeView(PosixFileAttributeView.class)
        ? Optional.of(Files.getPosixFilePermissions(file))
        : Optional.empty();
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
