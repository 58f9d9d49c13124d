package org.gta4j.cli.spark.batch;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.gta4j.checkpoint.AtomicOutput;
import org.gta4j.checkpoint.CheckpointException;
import org.gta4j.checkpoint.Json;
import org.gta4j.cli.RefusedException;
import tools.jackson.databind.node.ObjectNode;

/**
 * The folder of a job's results: a file a chunk; {@code _job}, the settings that results depend on;
 * and {@code _SUCCESS} when all is there. One process works in it at a time.
 */
public final class JobFolder implements AutoCloseable {
  /** The file of settings. Names that begin with a line are no data to Spark and Hadoop. */
  static final String SETTINGS = "_job";

  /** The file that the one process there holds. It is never replaced, as a lock is on a file. */
  static final String LOCK = "_lock";

  private static final String SUCCESS = "_SUCCESS";
  private static final String ERROR_KEY = "\"error\":";

  private final String option;
  private final Path folder;
  private final FileChannel channel;

  private JobFolder(String option, Path folder, FileChannel channel) {
    this.option = option;
    this.folder = folder;
    this.channel = channel;
  }

  /**
   * Begins a job, or goes on with one.
   *
   * @param option what names the folder, for messages
   * @param settings what the results depend on
   * @throws RefusedException if something else is there, or results of other settings, or another
   *     process works there
   */
  @SuppressWarnings("MustBeClosedChecker") // close closes it
  public static JobFolder open(String option, Path folder, Map<String, String> settings) {
    Path file = folder.resolve(SETTINGS);
    try {
      if (Files.exists(folder) && !Files.isDirectory(folder)) {
        throw new RefusedException("%s: %s is a file".formatted(option, folder));
      }
      Files.createDirectories(folder);
      if (!Files.exists(file)) {
        requireEmpty(option, folder); // before anything is put there
      }
      FileChannel channel =
          FileChannel.open(
              folder.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      try {
        requireLock(option, folder, channel);
        begin(option, folder, settings);
      } catch (RuntimeException | Error e) {
        channel.close();
        throw e;
      }
      return new JobFolder(option, folder, channel);
    } catch (CheckpointException e) {
      throw new RefusedException("%s: %s".formatted(option, e.getMessage()), e);
    } catch (IOException e) {
      throw unusable(option, folder, e);
    }
  }

  private static void requireLock(String option, Path folder, FileChannel channel) {
    if (!isLocked(channel)) {
      throw new RefusedException(
          "%s: %s: another process is writing there: wait for it, or choose another folder"
              .formatted(option, folder));
    }
  }

  /** Says what the results depend on, or compares it, while nobody else does. */
  private static void begin(String option, Path folder, Map<String, String> settings) {
    Path file = folder.resolve(SETTINGS);
    if (Files.exists(file) && hasResults(folder)) {
      requireSame(option, file, settings);
      return;
    }
    ObjectNode json = Json.object();
    settings.forEach(json::put);
    AtomicOutput.write(file, json.toString().getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Whether anything there depends on the settings: a job may have ended before its first chunk.
   */
  private static boolean hasResults(Path folder) {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "part-*")) {
      return files.iterator().hasNext();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static RefusedException unusable(String option, Path folder, IOException e) {
    return new RefusedException(
        "%s: %s: cannot be used: %s".formatted(option, folder, e.getMessage()), e);
  }

  private static boolean isLocked(FileChannel channel) {
    try {
      FileLock lock = channel.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException e) {
      return false;
    } catch (IOException e) {
      return true; // there are no locks here, and nobody can be told apart
    }
  }

  private static void requireSame(String option, Path file, Map<String, String> settings) {
    ObjectNode known = Json.readObject(file);
    settings.forEach((name, value) -> {
      String before = known.path(name).asString("");
      if (!before.equals(value)) {
        throw new RefusedException(
            "%s: %s: %s: expected %s, as the results there depend on it, found %s: choose another folder"
                .formatted(option, file, name, before.isEmpty() ? "none" : before, value));
      }
    });
  }

  private static void requireEmpty(String option, Path folder) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        String name = String.valueOf(file.getFileName());
        // Another process may just have begun here.
        if (!name.startsWith(".") && !List.of(LOCK, SETTINGS).contains(name)) {
          throw new RefusedException(
              "%s: %s: expected an empty folder or one that a job like this has begun, found %s without a %s: choose another folder"
                  .formatted(option, folder, name, SETTINGS));
        }
      }
    }
  }

  /** Where the files are. */
  public Path folder() {
    return folder;
  }

  /**
   * What is there of a chunk.
   *
   * @return empty where it is still to be computed
   */
  public Optional<ChunkResult> known(Chunk chunk) {
    Path file = folder.resolve(chunk.fileName());
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    long rows = 0;
    long errors = 0;
    try (BufferedReader reader = Files.newBufferedReader(file)) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        rows++;
        // Within a text its quotation marks would be escaped.
        errors += line.contains(ERROR_KEY) ? 1 : 0;
      }
    } catch (IOException e) {
      throw unusable(option, file, e);
    }
    return rows == chunk.rows() ? Optional.of(new ChunkResult(rows, errors, 0)) : Optional.empty();
  }

  /** Says that something is to be computed still. */
  public void goOn() {
    try {
      Files.deleteIfExists(folder.resolve(SUCCESS));
    } catch (IOException e) {
      throw unusable(option, folder, e);
    }
  }

  /**
   * Says that all is there.
   *
   * @throws RefusedException if a chunk's file is not
   */
  public void finish(List<Chunk> chunks) {
    for (Chunk chunk : chunks) {
      if (!Files.exists(folder.resolve(chunk.fileName()))) {
        throw new RefusedException(
            "%s: %s: expected %s, which a task has written, found no such file: is the folder where executors see it?"
                .formatted(option, folder, chunk.fileName()));
      }
    }
    AtomicOutput.write(folder.resolve(SUCCESS));
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw unusable(option, folder, e);
    }
  }
}
