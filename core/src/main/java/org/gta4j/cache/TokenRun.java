package org.gta4j.cache;

import java.util.Arrays;

/**
 * The token ids of one block, as a key of maps: a view into a longer text, or a copy of its own.
 * They have an order, since ids come from strangers: a map stays fast when all its keys' hashes are
 * made to be the same.
 */
final class TokenRun implements Comparable<TokenRun> {
  private final int[] ids;
  private final int from;
  private final int hash;

  /** A view, valid as long as {@code ids} stay as they are. */
  TokenRun(int[] ids, int from) {
    this.ids = ids;
    this.from = from;
    int sum = 1;
    for (int i = from; i < from + CacheLayout.BLOCK_TOKENS; i++) {
      sum = 31 * sum + ids[i];
    }
    hash = sum;
  }

  /** The same ids by themselves. */
  TokenRun copy() {
    return new TokenRun(Arrays.copyOfRange(ids, from, from + CacheLayout.BLOCK_TOKENS), 0);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TokenRun run && compareTo(run) == 0;
  }

  @Override
  public int hashCode() {
    return hash;
  }

  @Override
  public int compareTo(TokenRun other) {
    return Arrays.compare(
        ids,
        from,
        from + CacheLayout.BLOCK_TOKENS,
        other.ids,
        other.from,
        other.from + CacheLayout.BLOCK_TOKENS);
  }
}
