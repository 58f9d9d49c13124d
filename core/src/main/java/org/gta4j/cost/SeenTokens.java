package org.gta4j.cost;

import org.gta4j.attention.AttentionMask;

/** How many tokens queries see under a mask. */
final class SeenTokens {
  private SeenTokens() {}

  /** How many tokens a query at that position sees before its own. */
  static long before(AttentionMask mask, long position) {
    return position - mask.firstVisible((int) Math.min(position, Integer.MAX_VALUE));
  }

  /**
   * Pairs of a query and a token that it sees, its own among them.
   *
   * @param depth tokens before the first query
   * @param tokens queries, one after the other
   */
  static double pairs(AttentionMask mask, long depth, long tokens) {
    double pairs = 0;
    for (long token = 0; token < tokens; token++) {
      pairs += before(mask, depth + token) + 1;
    }
    return pairs;
  }
}
