package org.gta4j.cli.training;

import java.nio.file.Path;
import org.gta4j.cli.RefusedException;
import org.gta4j.cli.data.TokenizerFiles;
import org.gta4j.data.DataException;
import org.gta4j.data.shard.ShardIndex;
import org.gta4j.data.shard.Shards;
import org.gta4j.train.batch.TokenRun;

/**
 * Shards that {@code gta data prepare} made, as tokens to train on.
 *
 * @param shards the open shards
 */
record ShardTokens(Shards shards) implements TokenRun {
  /**
   * Opens a folder.
   *
   * @throws RefusedException if it is damaged, contradicts itself, or was made with another
   *     tokenizer
   */
  static ShardTokens open(String option, Path folder, TokenizerFiles words) {
    Shards shards;
    try {
      shards = Shards.open(folder);
    } catch (DataException e) {
      throw new RefusedException(option + ": " + e.getMessage(), e);
    }
    String wanted = words.checksum();
    if (!shards.index().tokenizer().equals(wanted)) {
      String found = shards.index().tokenizer();
      shards.close();
      throw new RefusedException(
          "%s: %s was made with another tokenizer than --tokenizer (checksum %s, not %s): prepare it anew"
              .formatted(option, folder, found, wanted));
    }
    int size = words.tokenizer().size();
    int vocabulary = shards.index().vocabulary();
    if (vocabulary != size) {
      shards.close();
      throw new RefusedException(
          "%s: %s: index.json: vocabulary: expected %d, as many tokens as --tokenizer has, found %d"
              .formatted(option, folder, size, vocabulary));
    }
    return new ShardTokens(shards);
  }

  @Override
  public long count() {
    return shards.index().tokens();
  }

  @Override
  public void copy(long from, int[] to, int at, int count) {
    shards.copy(from, to, at, count);
  }

  @Override
  public String fingerprint() {
    StringBuilder text = new StringBuilder("%d tokens, shards".formatted(count()));
    for (ShardIndex.Shard shard : shards.index().shards()) {
      text.append(' ').append(shard.checksum());
    }
    return text.toString();
  }

  @Override
  public void close() {
    shards.close();
  }
}
