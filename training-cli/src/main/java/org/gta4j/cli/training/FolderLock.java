package org.gta4j.cli.training;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.gta4j.cli.RefusedException;
import org.jspecify.annotations.Nullable;

/**
 * Folders in which one process trains at a time: what two wrote would be neither's.
 *
 * <p>The file that is locked stays, empty, when nobody trains any more. If it were deleted, one
 * process could lock the file that is gone, which it opened before, while another makes and locks a
 * new one.
 */
final class FolderLock {
  private static final String NAME = ".gta4j-lock";

  private FolderLock() {}

  /**
   * Does something while nobody else does it in that folder, which is made if it is not there.
   *
   * @param folder what {@code --out} names
   * @throws RefusedException if another process is at it, or it cannot be written
   */
  static void alone(Path folder, Runnable work) {
    Path file = folder.resolve(NAME);
    try {
      Files.createDirectories(folder);
      try (FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
        if (!isFree(channel)) {
          throw new RefusedException(
              "--out: %s: another process is training here".formatted(folder));
        }
        work.run();
      }
    } catch (IOException e) {
      throw new RefusedException(
          "--out: %s: cannot be written: %s".formatted(folder, e.getMessage()), e);
    }
  }

  private static boolean isFree(FileChannel channel) throws IOException {
    try {
      @Nullable FileLock lock = channel.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException e) {
      return false;
    }
  }
}
