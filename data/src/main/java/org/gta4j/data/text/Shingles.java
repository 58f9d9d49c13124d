package org.gta4j.data.text;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * What two texts have in common where they are nearly the same: runs of five words, whatever stands
 * between the words and however they are capitalized. A letter of a script that puts no spaces
 * between words counts as a word. A text of fewer words is one run.
 *
 * <p>Runs are numbers from 0 to {@link #RANGE} minus 1, which two runs share once in a thousand
 * million: with much fewer, long texts with nothing in common would share many.
 */
public final class Shingles {
  private static final int BITS = 30;

  /** How many numbers there are: a power of 2, and fewer than what Spark computes modulo. */
  public static final int RANGE = 1 << BITS;

  private static final int WORDS = 5;

  /** FNV-1a's. */
  private static final long OFFSET = 0xcbf29ce484222325L;

  private static final long PRIME = 0x100000001b3L;

  private static final Pattern WORD =
      Pattern.compile(
          "[\\p{IsHan}\\p{IsHiragana}\\p{IsKatakana}\\p{IsThai}]"
              + "|[\\p{L}\\p{N}&&[^\\p{IsHan}\\p{IsHiragana}\\p{IsKatakana}\\p{IsThai}]]+");

  private Shingles() {}

  /** A text's runs, ascending, each once; at least one. */
  public static int[] of(String text) {
    IntStream.Builder runs = IntStream.builder();
    Deque<Long> last = new ArrayDeque<>();
    Matcher words = WORD.matcher(text.toLowerCase(Locale.ROOT));
    boolean any = false;
    while (words.find()) {
      last.addLast(hash(words.group()));
      if (last.size() == WORDS) {
        runs.add(run(last));
        any = true;
        last.removeFirst();
      }
    }
    if (!any) {
      runs.add(last.isEmpty() ? number(hash(text)) : run(last));
    }
    return runs.build().sorted().distinct().toArray();
  }

  private static long hash(String word) {
    long hash = OFFSET;
    for (int i = 0; i < word.length(); i++) {
      hash = (hash ^ word.charAt(i)) * PRIME;
    }
    return hash;
  }

  private static int run(Iterable<Long> words) {
    long hash = OFFSET;
    for (long word : words) {
      hash = (hash ^ word) * PRIME;
      hash ^= hash >>> 29;
    }
    return number(hash);
  }

  private static int number(long hash) {
    long mixed = (hash ^ (hash >>> 32)) * 0x9e3779b97f4a7c15L;
    return (int) (mixed >>> (Long.SIZE - BITS));
  }
}
