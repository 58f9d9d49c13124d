package org.gta4j.answer;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.gta4j.grammar.CodePoints;
import org.gta4j.grammar.Grammar;

/** The grammar of all texts in which a given one does not occur, as the search for it goes on. */
final class TextWithout {
  private TextWithout() {}

  /**
   * Makes it.
   *
   * @param end what does not occur; not empty
   */
  static Grammar of(String end) {
    int[] wanted = end.codePoints().toArray();
    List<Grammar.Edge> edges = new ArrayList<>();
    CodePoints known = CodePoints.of(end);
    for (int found = 0; found < wanted.length; found++) {
      for (int next : IntStream.of(wanted).distinct().toArray()) {
        int then = foundAfter(wanted, found, next);
        if (then < wanted.length) {
          edges.add(new Grammar.Edge(found, Grammar.characters(CodePoints.of(next, next)), then));
        }
      }
      edges.add(new Grammar.Edge(found, Grammar.characters(known.not()), 0));
    }
    return new Grammar.Graph(
        wanted.length, edges, IntStream.range(0, wanted.length).boxed().toList());
  }

  /** How much of the wanted text the text ends with, after {@code found} of it and one more. */
  private static int foundAfter(int[] wanted, int found, int next) {
    for (int length = found + 1; length > 0; length--) {
      boolean fits = wanted[length - 1] == next;
      for (int i = 0; fits && i < length - 1; i++) {
        fits = wanted[i] == wanted[found - (length - 1) + i];
      }
      if (fits) {
        return length;
      }
    }
    return 0;
  }
}
