package org.gta4j.data.shard;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.gta4j.data.DataException;

/**
 * Writes some of a text's tokens, of which {@link ShardPlan} makes shards: several processes write
 * parts at once. Each part has a name that no other has: where a task is tried twice, the attempts
 * may deal out texts differently, and only what an attempt tells of its own file is true. Not
 * thread-safe.
 */
public final class PartWriter implements AutoCloseable {
  private final String name;
  private final Path place;
  private final TokenFile file;
  private boolean finished;

  /**
   * Begins a part.
   *
   * @param folder of all parts, which all writers see
   * @param vocabulary ids go from 0 to this minus 1
   * @throws DataException if it cannot be written
   */
  @SuppressWarnings("MustBeClosedChecker") // close closes it
  public PartWriter(Path folder, int vocabulary) {
    name = "part-" + UUID.randomUUID();
    place = folder.resolve(name);
    try {
      file = new TokenFile(place, vocabulary);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /** What its file is called, for {@link ShardPlan.Run}. */
  public String name() {
    return name;
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
   * Ends the part; without this closing it leaves nothing.
   *
   * @throws DataException if it cannot be written
   */
  public void finish() {
    try {
      file.end("");
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
        Files.deleteIfExists(place);
      }
    } catch (IOException e) {
      throw failed(e);
    }
  }
}
