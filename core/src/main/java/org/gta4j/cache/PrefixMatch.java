package org.gta4j.cache;

/**
 * How much of a text's beginning is cached, in blocks.
 *
 * @param shared that sequences hold: using them takes nothing
 * @param idle that are kept for texts to come: using them takes as many from those that can be
 *     freed
 * @param stored that are in a store: using them takes as many blocks of the pool
 */
public record PrefixMatch(int shared, int idle, int stored) {
  /** How many tokens that are. */
  public int tokens() {
    return (shared + idle + stored) * CacheLayout.BLOCK_TOKENS;
  }
}
