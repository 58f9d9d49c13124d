package org.gta4j.data.shard;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import java.util.UUID;
import org.gta4j.data.DataException;

/**
 * Writes some of a text's tokens, of which {@link ShardPlan} makes shards: several processes write
 * parts at once. A part appears whole or not at all; one that is written twice, since the first
 * attempt was lost, is the same. Not thread-safe.
 */
public final class PartWriter implements AutoCloseable {
  private final Path place;
  private final Path unfinished;
  private final TokenFile file;
  private boolean finished;

  /**
   * Begins a part.
   *
   * @param folder of all parts, which all writers see
   * @param number of the part
   * @param vocabulary ids go from 0 to this minus 1
   * @throws DataException if it cannot be written
   */
  @SuppressWarnings("MustBeClosedChecker") // close closes it
  public PartWriter(Path folder, int number, int vocabulary) {
    place = place(folder, number);
    unfinished = folder.resolve(place.getFileName() + "-" + UUID.randomUUID());
    try {
      file = new TokenFile(unfinished, vocabulary);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  static Path place(Path folder, int number) {
    return folder.resolve(String.format(Locale.ROOT, "part-%06d", number));
  }

  private DataException failed(IOException e) {
    return new DataException("%s: cannot be written: %s".formatted(place, e.getMessage()), e);
  }

  /** How many tokens it has. */
  public long tokens() {
    return file.tokens();
  }

  /**
   * Writes tokens behind those before.
   *
   * @throws IllegalArgumentException if one is beyond the vocabulary
   * @throws DataException if it cannot be written
   */
  public void write(int... tokens) {
    try {
      for (int token : tokens) {
        file.write(token);
      }
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /**
   * Puts the part in its place.
   *
   * @throws DataException if it cannot be written
   */
  public void finish() {
    try {
      file.end("");
      Files.move(
          unfinished, place, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      finished = true;
    } catch (IOException e) {
      throw failed(e);
    }
  }

  @Override
  public void close() {
    try {
      file.close();
      if (!finished) {
        Files.deleteIfExists(unfinished);
      }
    } catch (IOException e) {
      throw failed(e);
    }
  }
}
