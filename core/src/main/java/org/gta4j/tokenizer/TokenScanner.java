package org.gta4j.tokenizer;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;

/**
 * Finds tokens that are looked for by name, control tokens and those a vocabulary's maker has set
 * apart: from left to right, of several that begin at one place the longest.
 */
final class TokenScanner {
  /** A token in a text: {@code text.substring(begin, end)} is its name. */
  record Match(int id, int begin, int end) {}

  private final Map<String, Integer> ids = new HashMap<>();
  private final Map<Character, int[]> lengths = new HashMap<>();
  private final Vocabulary vocabulary;

  TokenScanner(Vocabulary vocabulary) {
    this.vocabulary = vocabulary;
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
          return new Match(id, at, at + length);
        }
      }
    }
    return new Match(-1, text.length(), text.length());
  }
}
