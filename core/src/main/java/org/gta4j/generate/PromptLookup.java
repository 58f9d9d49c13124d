package org.gta4j.generate;

import java.util.Arrays;

/**
 * Finds where the last tokens of a growing text stood earlier in it, and proposes that what
 * followed there follows again (prompt lookup decoding).
 *
 * <p>Of each run of three tokens, and of two, it is known where the latest one ends: a look-up
 * takes the same time however long the text is, and a longer match is found by comparing backwards
 * from there.
 *
 * <p>Not thread-safe.
 */
final class PromptLookup {
  /** The shortest run that counts as a match. */
  static final int SHORTEST = 2;

  /** Longer matches are not told apart. */
  static final int LONGEST = 16;

  private static final int HASH = 0x9E3779B9; // 2^32 / golden ratio, spreads neighbours

  /** Where runs end, in slots of their hash; 0 is free. At most half of the slots are taken. */
  private int[] pairs;

  private int[] triples;
  private int known;

  /** Where the last run of two, of three tokens ended before; 0: nowhere. */
  private int pairEnd;

  private int tripleEnd;

  /**
   * A text without tokens.
   *
   * @param expected how many tokens it will have; it may have more
   */
  PromptLookup(int expected) {
    pairs = new int[slots(expected)];
    triples = new int[pairs.length];
  }

  private static int slots(int tokens) {
    return Integer.highestOneBit(Math.clamp(tokens, 16, 1 << 28)) * 4;
  }

  /** Reads the text on, up to its first {@code length} tokens. */
  void read(int[] text, int length) {
    if (length > pairs.length / 2) {
      pairs = new int[slots(length)];
      triples = new int[pairs.length];
      known = 0;
    }
    while (known < length) {
      known++;
      pairEnd = known < 2 ? 0 : put(pairs, text, known, 2);
      tripleEnd = known < 3 ? 0 : put(triples, text, known, 3);
    }
  }

  /** Notes where a run ends; returns where the same one ended before, 0 if nowhere. */
  private static int put(int[] ends, int[] text, int end, int run) {
    int hash = 0;
    for (int i = end - run; i < end; i++) {
      hash = (hash + text[i]) * HASH;
      hash ^= hash >>> 15;
    }
    int slot = hash & ends.length - 1;
    while (ends[slot] != 0 && !isSame(text, ends[slot], end, run)) {
      slot = slot + 1 & ends.length - 1;
    }
    int earlier = ends[slot];
    ends[slot] = end;
    return earlier;
  }

  private static boolean isSame(int[] text, int end, int otherEnd, int run) {
    return Arrays.equals(text, end - run, end, text, otherEnd - run, otherEnd);
  }

  /**
   * How many of the last tokens stood earlier in the text, up to {@link #LONGEST}; 0 where not even
   * {@link #SHORTEST} did.
   */
  int matched(int[] text) {
    int end = source();
    if (end == 0) {
      return 0;
    }
    int run = SHORTEST;
    while (run < Math.min(LONGEST, end) && text[end - run - 1] == text[known - run - 1]) {
      run++;
    }
    return run;
  }

  private int source() {
    return tripleEnd == 0 ? pairEnd : tripleEnd;
  }

  /**
   * Writes what followed the match behind the text; where that is its own end, in a text that
   * repeats itself, what was written goes on in the same way. There must be a match.
   *
   * @param text has room for {@code count} more tokens
   */
  void propose(int[] text, int count) {
    int from = source();
    for (int i = 0; i < count; i++) {
      text[known + i] = text[from + i];
    }
  }
}
