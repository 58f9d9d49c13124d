package org.gta4j.tokenizer;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Words that were encoded lately, since a text says most of its words again and again. Threads
 * share it without a lock: what one has put there another may not see, and encodes anew.
 */
final class WordCache {
  /** Longer words are seldom said twice. In characters. */
  static final int LONGEST = 24;

  /** Half a megabyte of English words, of other scripts two at most. */
  private static final int SLOTS = 1 << 12;

  /** Final fields are seen by whoever sees the object. */
  private record Known(String word, int[] ids) {}

  private final @Nullable Known[] words = new @Nullable Known[SLOTS];

  /**
   * The ids of a part of a text.
   *
   * @param encoder finds them where they are not known
   * @return not to be changed
   */
  int[] ids(String text, int from, int to, Function<String, int[]> encoder) {
    int slot = slot(text, from, to);
    Known known = words[slot];
    if (known == null || known.word.length() != to - from || !text.startsWith(known.word, from)) {
      String word = text.substring(from, to);
      known = new Known(word, encoder.apply(word));
      words[slot] = known;
    }
    return known.ids;
  }

  private static int slot(String text, int from, int to) {
    int hash = 0;
    for (int i = from; i < to; i++) {
      hash = 31 * hash + text.charAt(i);
    }
    return (hash ^ hash >>> 12 ^ hash >>> 24) & SLOTS - 1;
  }
}
