package org.gta4j.eval;

import java.util.Arrays;

/**
 * Tokens that a model reads, of which it is to foresee some.
 *
 * @param ids the last is foreseen, and not read
 * @param from the first that counts, at least 1
 */
record Passage(int[] ids, int from) {
  /** How many tokens are read: all but the last. */
  int read() {
    return ids.length - 1;
  }

  /** How many tokens both begin with. */
  int shared(Passage other) {
    int alike = Arrays.mismatch(ids, other.ids);
    return alike < 0 ? ids.length : alike;
  }
}
