package org.gta4j.tokenizer;

import java.util.BitSet;
import java.util.SortedMap;
import java.util.TreeMap;

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

  private final TokenTrie tokens;
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
    SortedMap<String, Integer> ids = new TreeMap<>();
    for (int id = 0; id < vocabulary.size(); id++) {
      String name = vocabulary.names().get(id);
      if (vocabulary.kinds().get(id).isSought() && !name.isEmpty()) {
        ids.putIfAbsent(name, id);
      }
    }
    tokens = new TokenTrie(ids);
  }

  /**
   * The first match from {@code from} on; a match with id −1 at the text's end where none is.
   *
   * @param taken up to where the text is taken by tokens before
   */
  Match next(String text, int from, int taken, ControlTokens control) {
    for (int at = from; at < text.length(); at++) {
      int node = tokens.child(0, text.charAt(at));
      if (node == TokenTrie.NONE) {
        continue;
      }
      boolean parsed = control.isParsedAt(at);
      int found = TokenTrie.NONE;
      int end = at;
      for (int next = at + 1; node != TokenTrie.NONE; next++) {
        int id = tokens.id(node);
        if (id != TokenTrie.NONE && (parsed || !vocabulary.kinds().get(id).isControl())) {
          found = id;
          end = next;
        }
        node = next < text.length() ? tokens.child(node, text.charAt(next)) : TokenTrie.NONE;
      }
      if (found != TokenTrie.NONE) {
        return stripped(found, text, taken, at, end);
      }
    }
    return new Match(-1, text.length(), text.length(), text.length());
  }

  private Match stripped(int id, String text, int taken, int begin, int end) {
    int first = begin;
    // up to where the text is taken it is white space that an earlier token has gone through
    int after = strips.right().get(id) ? Math.max(end, taken) : end;
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
