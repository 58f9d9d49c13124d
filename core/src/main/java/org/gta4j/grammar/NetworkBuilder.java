package org.gta4j.grammar;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/** Makes a grammar's network, of bytes that a vocabulary has. */
final class NetworkBuilder {
  /** Grammars come from strangers: a schema of a few hundred bytes can ask for any number. */
  static final int MAX_PLACES = 200_000;

  private static final int MAX_EDGES = 4 * MAX_PLACES;
  private static final int MAX_NESTING = 500;

  /** Rules by their names, and those around them. */
  private record Scope(Map<String, Integer> rules, List<Scope> around) {
    int rule(String name) {
      for (Scope scope = this; ; scope = scope.around.getFirst()) {
        Integer rule = scope.rules.get(name);
        if (rule != null) {
          return rule;
        }
        if (scope.around.isEmpty()) {
          throw new GrammarException("no rule of the grammar has the name " + name);
        }
      }
    }
  }

  private record Body(Grammar grammar, Scope scope) {}

  private final BitSet bytes;
  private final List<int[]> edges = new ArrayList<>();
  private final List<Body> bodies = new ArrayList<>();
  private int places;
  private int nesting;

  private NetworkBuilder(BitSet bytes) {
    this.bytes = bytes;
  }

  /**
   * The network of a grammar.
   *
   * @param bytes those of which texts may consist
   * @throws GrammarException if the grammar is too large or names what is not there
   */
  static Network build(Grammar grammar, BitSet bytes) {
    NetworkBuilder builder = new NetworkBuilder(bytes);
    builder.bodies.add(new Body(grammar, new Scope(Map.of(), List.of())));
    List<int[]> rules = new ArrayList<>();
    // Bodies are added while they are built.
    for (int i = 0; i < builder.bodies.size(); i++) {
      Body body = builder.bodies.get(i);
      int start = builder.place();
      int end = builder.place();
      builder.add(body.grammar(), body.scope(), start, end);
      rules.add(new int[] {start, end});
    }
    return new Network(builder.places, builder.edges, rules);
  }

  private int place() {
    if (places == MAX_PLACES) {
      throw new GrammarException(
          "the grammar is too large: it has more than %d places".formatted(MAX_PLACES));
    }
    return places++;
  }

  private void edge(int from, int low, int high, int to) {
    if (edges.size() == MAX_EDGES) {
      throw new GrammarException(
          "the grammar is too large: it has more than %d edges".formatted(MAX_EDGES));
    }
    edges.add(new int[] {from, low, high, to});
  }

  private void empty(int from, int to) {
    if (from != to) {
      edge(from, Network.EMPTY, 0, to);
    }
  }

  /** An edge for each run of bytes in a range that the vocabulary has. */
  private void range(int from, int low, int high, int to) {
    int first = bytes.nextSetBit(low);
    while (first >= 0 && first <= high) {
      int last = Math.min(bytes.nextClearBit(first) - 1, high);
      edge(from, first, last, to);
      first = bytes.nextSetBit(last + 1);
    }
  }

  /** Everything a grammar allows leads from one place to another. */
  private void add(Grammar grammar, Scope scope, int from, int to) {
    if (++nesting > MAX_NESTING) {
      throw new GrammarException(
          "the grammar is nested too deeply: more than %d parts".formatted(MAX_NESTING));
    }
    switch (grammar) {
      case Grammar.Literal(String text) -> literal(text, from, to);
      case Grammar.Characters(CodePoints set) -> characters(set, from, to);
      case Grammar.Sequence(List<Grammar> parts) -> sequence(parts, scope, from, to);
      case Grammar.Choice(List<Grammar> parts) -> parts.forEach(part -> add(part, scope, from, to));
      case Grammar.Repeat(Grammar part, int min, OptionalInt max) ->
          repeat(part, min, max, scope, from, to);
      case Grammar.Graph graph -> graph(graph, scope, from, to);
      case Grammar.Reference(String name) -> edge(from, Network.CALL, scope.rule(name), to);
      case Grammar.Rules(Grammar root, Map<String, Grammar> named) ->
          add(root, scope(named, scope), from, to);
    }
    nesting--;
  }

  private Scope scope(Map<String, Grammar> named, Scope around) {
    Map<String, Integer> rules = new HashMap<>();
    Scope scope = new Scope(rules, List.of(around));
    named.forEach((name, body) -> {
      rules.put(name, bodies.size());
      bodies.add(new Body(body, scope));
    });
    return scope;
  }

  private void literal(String text, int from, int to) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    if (!new String(utf8, StandardCharsets.UTF_8).equals(text)) {
      throw new GrammarException("a literal has half a character: " + text);
    }
    int at = from;
    for (int i = 0; i < utf8.length; i++) {
      int next = i == utf8.length - 1 ? to : place();
      range(at, utf8[i] & 0xFF, utf8[i] & 0xFF, next);
      at = next;
    }
    empty(at, to);
  }

  /** Sequences of bytes share the places of their common ends. */
  private void characters(CodePoints set, int from, int to) {
    Map<List<Integer>, Integer> before = new HashMap<>();
    for (int[] sequence : Utf8.sequences(set)) {
      int at = to;
      for (int i = sequence.length - 2; i > 0; i -= 2) {
        List<Integer> rest = Arrays.stream(sequence, i, sequence.length).boxed().toList();
        Integer known = before.get(rest);
        if (known == null) {
          known = place();
          range(known, sequence[i], sequence[i + 1], at);
          before.put(rest, known);
        }
        at = known;
      }
      range(from, sequence[0], sequence[1], at);
    }
  }

  private void sequence(List<Grammar> parts, Scope scope, int from, int to) {
    int at = from;
    for (int i = 0; i < parts.size(); i++) {
      int next = i == parts.size() - 1 ? to : place();
      add(parts.get(i), scope, at, next);
      at = next;
    }
    empty(at, to);
  }

  private void repeat(Grammar part, int min, OptionalInt max, Scope scope, int from, int to) {
    // A place of its own: a way back to the begin must not be one for what is beside this part.
    int at = place();
    empty(from, at);
    for (int i = 0; i < min; i++) {
      int next = place();
      add(part, scope, at, next);
      at = next;
    }
    if (max.isEmpty()) {
      int loop = place();
      empty(at, loop);
      add(part, scope, loop, loop);
      at = loop;
    } else {
      for (int i = min; i < max.getAsInt(); i++) {
        int next = place();
        empty(at, to);
        add(part, scope, at, next);
        at = next;
      }
    }
    empty(at, to);
  }

  private void graph(Grammar.Graph graph, Scope scope, int from, int to) {
    int[] at = new int[graph.places()];
    for (int i = 0; i < at.length; i++) {
      at[i] = place();
    }
    empty(from, at[0]);
    for (Grammar.Edge edge : graph.edges()) {
      add(edge.label(), scope, at[edge.from()], at[edge.to()]);
    }
    graph.ends().forEach(end -> empty(at[end], to));
  }
}
