package org.gta4j.data.shard;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.gta4j.data.DataException;

/**
 * Writes tokens into shards, beside their place until all are there: a folder appears whole or not
 * at all. Closing it unfinished leaves nothing, nor does ending the process.
 */
public final class ShardWriter implements AutoCloseable {
  private final Path place;
  private final ShardFolder folder;
  private final int vocabulary;
  private final String tokenizer;
  private final long shardTokens;
  private final List<ShardIndex.Shard> shards = new ArrayList<>();
  private TokenFile file;
  private long documents;

  /**
   * Begins a folder.
   *
   * @param folder what must not exist yet
   * @param vocabulary ids go from 0 to this minus 1; up to 65 536 take two bytes each
   * @param tokenizer what tells the tokenizer from others
   * @param shardTokens tokens a file
   * @throws DataException if it exists or cannot be written
   */
  @SuppressWarnings("MustBeClosedChecker") // close closes it
  public ShardWriter(Path folder, int vocabulary, String tokenizer, long shardTokens) {
    ShardPlan.requireShardTokens(shardTokens);
    place = folder;
    this.vocabulary = vocabulary;
    this.tokenizer = tokenizer;
    this.shardTokens = shardTokens;
    this.folder = new ShardFolder(folder);
    try {
      file = open();
    } catch (IOException e) {
      this.folder.close();
      throw this.folder.failed(e);
    }
  }

  @SuppressWarnings("MustBeClosedChecker") // closed when it is full, or by close
  private TokenFile open() throws IOException {
    return new TokenFile(folder.unfinished().resolve(name()), vocabulary);
  }

  private String name() {
    return ShardPlan.name(shards.size());
  }

  /** Counts documents. */
  public void endDocuments(long count) {
    documents += count;
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
        if (file.tokens() == shardTokens) {
          endShard();
          file = open();
        }
        file.write(token);
      }
    } catch (IOException e) {
      throw folder.failed(e);
    }
  }

  private void endShard() throws IOException {
    shards.add(file.end(name()));
    file.close();
  }

  /**
   * Puts the folder in its place.
   *
   * @throws DataException if there were no tokens, or it cannot be written
   */
  public ShardIndex finish() {
    if (file.tokens() == 0 && shards.isEmpty()) {
      throw new DataException("%s: expected tokens to write, found none".formatted(place));
    }
    try {
      endShard();
    } catch (IOException e) {
      throw folder.failed(e);
    }
    ShardIndex written = ShardIndex.of(vocabulary, tokenizer, documents, shards);
    folder.finish(written);
    return written;
  }

  @Override
  public void close() {
    try (folder) {
      file.close();
    } catch (IOException e) {
      throw folder.failed(e);
    }
  }
}
