package org.gta4j.tokenizer;

import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;

/**
 * Finds tokens that are looked for by name, control tokens and those a vocabulary's maker has set
 * apart: from left to right, of several that begin at one place the longest.
 */
final class TokenScanner {
  /**
   * A token in a text.
   *
   * @param begin where it begins, with the white space before it that it takes
   * @param end where its name ends
   * @param after where the white space behind it ends that it takes; tokens within are still found
   */
  record Match(int id, int begin, int end, int after) {}

  private final Map<String, Integer> ids = new HashMap<>();
  private final Map<Character, int[]> lengths = new HashMap<>();
  private final Vocabulary vocabulary;
  private final Strips strips;

  /** Which tokens take the white space before them, and behind them, with them. */
  record Strips(BitSet left, BitSet right) {}

  TokenScanner(Vocabulary vocabulary) {
    this(vocabulary, new Strips(new BitSet(), new BitSet()));
  }

  TokenScanner(Vocabulary vocabulary, Strips strips) {
    this.vocabulary = vocabulary;
    this.strips = strips;
    Map<Character, TreeSet<Integer>> found = new HashMap<>();
    for (int id = 0; id < vocabulary.size(); id++) {
      String name = vocabulary.names().get(id);
      if (vocabulary.kinds().get(id).isSought() && !name.isEmpty()) {
        ids.putIfAbsent(name, id);
        found.computeIfAbsent(name.charAt(0), c -> new TreeSet<>()).add(name.length());
      }
    }
    found.forEach((first, set) ->
        lengths.put(first, set.descendingSet().stream().mapToInt(i -> i).toArray()));
  }

  /**
   * The first match from {@code from} on; a match with id −1 at the text's end where none is.
   *
   * @param taken up to where the text is taken by tokens before
   */
  Match next(String text, int from, int taken, ControlTokens control) {
    for (int at = from; at < text.length(); at++) {
      int[] candidates = lengths.get(text.charAt(at));
      if (candidates == null) {
        continue;
      }
      boolean parsed = control.isParsedAt(at);
      for (int length : candidates) {
        if (length > text.length() - at) {
          continue;
        }
        Integer id = ids.get(text.substring(at, at + length));
        if (id != null && (parsed || !vocabulary.kinds().get(id).isControl())) {
          return stripped(id, text, taken, at, at + length);
        }
      }
    }
    return new Match(-1, text.length(), text.length(), text.length());
  }

  private Match stripped(int id, String text, int taken, int begin, int end) {
    int first = begin;
    int after = end;
    while (strips.left().get(id) && first > taken && isSpace(text.charAt(first - 1))) {
      first--;
    }
    while (strips.right().get(id) && after < text.length() && isSpace(text.charAt(after))) {
      after++;
    }
    return new Match(id, first, end, after);
  }

  /** Unicode's white space, all of which is one {@code char} long. */
  private static boolean isSpace(char c) {
    return Character.isSpaceChar(c) || (c >= '\t' && c <= '\r') || c == '\u0085';
  }
}
