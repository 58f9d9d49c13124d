package org.gta4j.generate;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What an engine may take.
 *
 * @param cacheBytes how much memory keys and values may take
 * @param mostRunning how many texts are computed at once at most
 * @param mostWaiting how many more may wait
 * @param sharesPrefixes whether what was computed of one text serves others that begin alike
 * @param disk where goes what memory has no room for, of texts that may come again
 */
public record EngineSettings(
    long cacheBytes,
    int mostRunning,
    int mostWaiting,
    boolean sharesPrefixes,
    Optional<DiskRoom> disk) {
  /**
   * Room on a disk.
   *
   * @param folder where a file is kept while the engine runs
   * @param bytes how large it may become
   */
  public record DiskRoom(Path folder, long bytes) {}

  /** Settings without room on a disk. */
  public EngineSettings(long cacheBytes, int mostRunning, int mostWaiting, boolean sharesPrefixes) {
    this(cacheBytes, mostRunning, mostWaiting, sharesPrefixes, Optional.empty());
  }

  /** Checks the ranges. */
  public EngineSettings {
    if (cacheBytes < 1) {
      throw new IllegalArgumentException(
          "cache memory: expected at least a byte, found " + cacheBytes);
    }
    if (mostRunning < 1) {
      throw new IllegalArgumentException(
          "parallel: expected an integer from 1 on, found " + mostRunning);
    }
    if (mostWaiting < 0) {
      throw new IllegalArgumentException(
          "queue: expected an integer from 0 on, found " + mostWaiting);
    }
  }
}
