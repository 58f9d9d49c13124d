package org.gta4j.checkpoint;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * Where outputs are written before they are moved to their places: beside them, as {@code
 * .gta4j-PLACE-RANDOM.tmp}. A process that is killed leaves them behind; the next one that writes
 * the same output deletes them. They are known by nobody holding a lock on them: a process that is
 * alive does.
 */
public final class TemporaryOutput {
  private static final String PREFIX = ".gta4j-";
  private static final String SUFFIX = ".tmp";

  /** What is younger may have been made a moment ago, and be locked in a moment. */
  private static final Duration YOUNG = Duration.ofSeconds(2);

  private TemporaryOutput() {}

  /** A name for an output's temporary file or folder, which may be as long as names can be. */
  public static Path beside(Path output) {
    return output.resolveSibling(prefix(output) + UUID.randomUUID() + SUFFIX);
  }

  private static String prefix(Path output) {
    CRC32C crc = new CRC32C();
    crc.update(String.valueOf(output.getFileName()).getBytes(StandardCharsets.UTF_8));
    return String.format(Locale.ROOT, "%s%08x-", PREFIX, crc.getValue());
  }

  /**
   * Says of a temporary file, or a file in a temporary folder, that it is used until it is closed.
   */
  public static void hold(FileChannel channel) {
    try {
      channel.tryLock();
    } catch (IOException e) {
      // There are no locks here. So nobody gets one, and nobody takes it for left behind.
    }
  }

  /** Deletes what killed processes left of an output. */
  public static void clear(Path output) {
    clear(output.toAbsolutePath().resolveSibling(""), prefix(output));
  }

  /** Deletes what killed processes left of whatever was to be in a folder. */
  static void clearIn(Path folder) {
    clear(folder, PREFIX);
  }

  private static void clear(Path folder, String prefix) {
    try (DirectoryStream<Path> found = Files.newDirectoryStream(folder, prefix + "*" + SUFFIX)) {
      for (Path path : found) {
        if (isLeft(path)) {
          delete(path);
        }
      }
    } catch (IOException e) {
      // It takes some room, and harms nobody.
    }
  }

  private static void delete(Path path) throws IOException {
    if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
      Folders.delete(path);
    } else {
      Files.deleteIfExists(path);
    }
  }

  private static boolean isLeft(Path path) throws IOException {
    // In this process asking for a lock would be enough to lose it.
    if (UnfinishedFiles.isKnown(path)) {
      return false;
    }
    if (isYoung(path)) {
      return false;
    }
    for (Path file : files(path)) {
      if (isYoung(file) || !isFree(file)) {
        return false;
      }
    }
    return true;
  }

  private static boolean isYoung(Path path) throws IOException {
    Instant changed = Files.getLastModifiedTime(path, LinkOption.NOFOLLOW_LINKS).toInstant();
    return changed.isAfter(Instant.now().minus(YOUNG));
  }

  /** The file, or the folder's. */
  private static List<Path> files(Path path) throws IOException {
    if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
      return List.of(path);
    }
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> found = Files.newDirectoryStream(path)) {
      found.forEach(files::add);
    }
    return files;
  }

  private static boolean isFree(Path file) {
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      return false;
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock()) {
      return lock != null;
    } catch (IOException | OverlappingFileLockException e) {
      return false;
    }
  }
}
