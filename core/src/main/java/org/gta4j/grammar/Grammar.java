package org.gta4j.grammar;

import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Which texts are allowed. Immutable; parts may be used in several grammars.
 *
 * <p>Recursion goes through names: {@link #rules} gives grammars names, and {@link #rule} stands
 * for one of them. A rule must not begin with itself.
 */
public sealed interface Grammar {
  /** One text. */
  record Literal(String text) implements Grammar {}

  /** One character of a set. */
  record Characters(CodePoints set) implements Grammar {}

  /** All parts, one after the other; nothing at all where there is none. */
  record Sequence(List<Grammar> parts) implements Grammar {
    /** Copies the list. */
    public Sequence {
      parts = List.copyOf(parts);
    }
  }

  /** One of the parts; no text fits where there is none. */
  record Choice(List<Grammar> parts) implements Grammar {
    /** Copies the list. */
    public Choice {
      parts = List.copyOf(parts);
    }
  }

  /**
   * A part several times.
   *
   * @param max the largest number, or none
   */
  record Repeat(Grammar part, int min, OptionalInt max) implements Grammar {
    /** Compares the numbers. */
    public Repeat {
      if (min < 0 || (max.isPresent() && max.getAsInt() < min)) {
        throw new GrammarException(
            "a part is repeated from 0 times on, at most as often as its maximum; found %d to %s"
                .formatted(min, max.isPresent() ? max.getAsInt() : "any number"));
      }
    }
  }

  /** A way from one place of a {@link Graph} to another. */
  record Edge(int from, Grammar label, int to) {}

  /**
   * The texts along all ways from place 0 to one of the ends: for what a tree of parts could only
   * say by repeating itself.
   *
   * @param places how many there are
   */
  record Graph(int places, List<Edge> edges, List<Integer> ends) implements Grammar {
    /** Copies the lists, and looks whether all places are there. */
    public Graph {
      edges = List.copyOf(edges);
      ends = List.copyOf(ends);
      for (Edge edge : edges) {
        requirePlace(edge.from(), places);
        requirePlace(edge.to(), places);
      }
      ends.forEach(end -> requirePlace(end, places));
    }

    private static void requirePlace(int place, int places) {
      if (place < 0 || place >= places) {
        throw new GrammarException(
            "place %d of a graph is out of range: there are %d".formatted(place, places));
      }
    }
  }

  /** The grammar that has a name. */
  record Reference(String name) implements Grammar {}

  /** A grammar in which names stand for rules; rules may use all of these names too. */
  record Rules(Grammar root, Map<String, Grammar> named) implements Grammar {
    /** Copies the map. */
    public Rules {
      named = Map.copyOf(named);
    }
  }

  /** This text and no other. */
  static Grammar literal(String text) {
    return new Literal(text);
  }

  /** One character of a set. */
  static Grammar characters(CodePoints set) {
    return new Characters(set);
  }

  /** One part after the other. */
  static Grammar sequence(Grammar... parts) {
    return new Sequence(List.of(parts));
  }

  /** One of the parts. */
  static Grammar choice(Grammar... parts) {
    return new Choice(List.of(parts));
  }

  /** A part, or nothing. */
  static Grammar optional(Grammar part) {
    return repeat(part, 0, 1);
  }

  /** A part at least {@code min} and at most {@code max} times. */
  static Grammar repeat(Grammar part, int min, int max) {
    return new Repeat(part, min, OptionalInt.of(max));
  }

  /** A part at least {@code min} times. */
  static Grammar repeat(Grammar part, int min) {
    return new Repeat(part, min, OptionalInt.empty());
  }

  /** Any text, of any length. */
  static Grammar anyText() {
    return repeat(characters(CodePoints.ALL), 0);
  }

  /** What has this name in the {@link #rules} around it. */
  static Grammar rule(String name) {
    return new Reference(name);
  }

  /** A grammar with names for its parts. */
  static Grammar rules(Grammar root, Map<String, Grammar> named) {
    return new Rules(root, named);
  }
}
