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
  /** A token in a text, with the white space that it takes. */
  record Match(int id, int begin, int end) {}

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

  /** The first match from {@code from} on; a match with id −1 at the text's end where none is. */
  Match next(String text, int from, ControlTokens control) {
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
          return stripped(id, text, from, at, at + length);
        }
      }
    }
    return new Match(-1, text.length(), text.length());
  }

  private Match stripped(int id, String text, int from, int begin, int end) {
    int first = begin;
    int after = end;
    while (strips.left().get(id) && first > from && isSpace(text.charAt(first - 1))) {
      first--;
    }
    while (strips.right().get(id) && after < text.length() && isSpace(text.charAt(after))) {
      after++;
    }
    return new Match(id, first, after);
  }

  /** Unicode's white space, all of which is one {@code char} long. */
  private static boolean isSpace(char c) {
    return Character.isSpaceChar(c) || (c >= '\t' && c <= '\r') || c == '\u0085';
  }
}
