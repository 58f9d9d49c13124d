package org.gta4j.grammar;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * A regular set of strings, as states and the characters that lead from one to another: what
 * several conditions on one string are brought together in. State 0 is the first.
 *
 * @param steps of each state
 * @param ends the states in which a string may end
 */
record TextNetwork(List<List<Step>> steps, BitSet ends) {
  private static final int MAX_STATES = 20_000;
  private static final int MAX_STEPS = 100_000;

  /** From a state to another, by any of some characters. */
  record Step(CodePoints set, int to) {}

  /** Strings of so many characters. */
  static TextNetwork length(int min, OptionalInt max) {
    int last = max.orElse(min);
    requireSize(last, 0);
    List<List<Step>> steps = new ArrayList<>();
    BitSet ends = new BitSet();
    for (int i = 0; i < last; i++) {
      steps.add(List.of(new Step(CodePoints.ALL, i + 1)));
    }
    steps.add(max.isEmpty() ? List.of(new Step(CodePoints.ALL, last)) : List.of());
    ends.set(min, last + 1);
    return new TextNetwork(steps, ends);
  }

  /** The strings that a {@link RegularExpression} is found in. */
  static TextNetwork of(Grammar expression) {
    Builder builder = new Builder();
    int start = builder.state();
    int end = builder.state();
    builder.add(expression, start, end);
    return builder.withoutEmptySteps(start, end);
  }

  private static void requireSize(int states, int steps) {
    if (states > MAX_STATES || steps > MAX_STEPS) {
      throw new GrammarException(
          "strings that need more than %d states or %d steps between them"
              .formatted(MAX_STATES, MAX_STEPS));
    }
  }

  /** How many states and steps there are. */
  int size() {
    return steps.stream().mapToInt(state -> 1 + state.size()).sum();
  }

  /** The strings of both. */
  TextNetwork and(TextNetwork other) {
    record Pair(int one, int two) {}
    Map<Pair, Integer> numbers = new HashMap<>();
    List<Pair> pairs = new ArrayList<>(List.of(new Pair(0, 0)));
    numbers.put(pairs.getFirst(), 0);
    List<List<Step>> both = new ArrayList<>();
    BitSet ending = new BitSet();
    int count = 0;
    for (int i = 0; i < pairs.size(); i++) {
      Pair pair = pairs.get(i);
      List<Step> found = new ArrayList<>();
      for (Step a : steps.get(pair.one())) {
        for (Step b : other.steps.get(pair.two())) {
          CodePoints set = a.set().equals(b.set()) ? a.set() : a.set().and(b.set());
          if (!set.isEmpty()) {
            Pair next = new Pair(a.to(), b.to());
            Integer known = numbers.get(next);
            if (known == null) {
              known = pairs.size();
              numbers.put(next, known);
              pairs.add(next);
            }
            found.add(new Step(set, known));
            requireSize(pairs.size(), ++count);
          }
        }
      }
      both.add(found);
      ending.set(i, ends.get(pair.one()) && other.ends.get(pair.two()));
    }
    return new TextNetwork(both, ending).trimmed();
  }

  /** Without states from which no string ends; the first one stays. */
  private TextNetwork trimmed() {
    List<List<Integer>> before = new ArrayList<>();
    steps.forEach(state -> before.add(new ArrayList<>()));
    for (int i = 0; i < steps.size(); i++) {
      int from = i;
      steps.get(i).forEach(step -> before.get(step.to()).add(from));
    }
    BitSet live = (BitSet) ends.clone();
    ArrayDeque<Integer> work = new ArrayDeque<>();
    ends.stream().forEach(work::add);
    while (!work.isEmpty()) {
      for (int from : before.get(work.remove())) {
        if (!live.get(from)) {
          live.set(from);
          work.add(from);
        }
      }
    }
    live.set(0);
    int[] number = new int[steps.size()];
    int count = 0;
    for (int i = live.nextSetBit(0); i >= 0; i = live.nextSetBit(i + 1)) {
      number[i] = count++;
    }
    List<List<Step>> kept = new ArrayList<>();
    BitSet ending = new BitSet();
    for (int i = live.nextSetBit(0); i >= 0; i = live.nextSetBit(i + 1)) {
      ending.set(number[i], ends.get(i));
      kept.add(
          steps.get(i).stream()
              .filter(step -> live.get(step.to()))
              .map(step -> new Step(step.set(), number[step.to()]))
              .toList());
    }
    return new TextNetwork(kept, ending);
  }

  /** Whether a string is one of them. */
  boolean accepts(String text) {
    BitSet at = new BitSet();
    at.set(0);
    for (int character : text.codePoints().toArray()) {
      BitSet next = new BitSet();
      at.stream()
          .forEach(state -> {
            for (Step step : steps.get(state)) {
              if (step.set().contains(character)) {
                next.set(step.to());
              }
            }
          });
      at = next;
    }
    return at.intersects(ends);
  }

  /** The strings as JSON writes them, with their quotes. */
  Grammar toJson() {
    Map<CodePoints, Grammar> labels = new HashMap<>();
    List<Grammar.Edge> edges = new ArrayList<>();
    int first = 1;
    int last = first + steps.size();
    edges.add(new Grammar.Edge(0, Grammar.literal("\""), first));
    for (int i = 0; i < steps.size(); i++) {
      for (Step step : steps.get(i)) {
        Grammar label = labels.computeIfAbsent(step.set(), JsonText::encoded);
        edges.add(new Grammar.Edge(first + i, label, first + step.to()));
      }
      if (ends.get(i)) {
        edges.add(new Grammar.Edge(first + i, Grammar.literal("\""), last));
      }
    }
    return new Grammar.Graph(last + 1, edges, List.of(last));
  }

  /** A network with steps that take nothing, which are taken out at the end. */
  private static final class Builder {
    private final List<List<Step>> taking = new ArrayList<>();
    private final List<List<Integer>> empty = new ArrayList<>();

    int state() {
      requireSize(taking.size() + 1, 0);
      taking.add(new ArrayList<>());
      empty.add(new ArrayList<>());
      return taking.size() - 1;
    }

    void add(Grammar grammar, int from, int to) {
      switch (grammar) {
        case Grammar.Characters(CodePoints set) -> taking.get(from).add(new Step(set, to));
        case Grammar.Sequence(List<Grammar> parts) -> {
          int at = from;
          for (Grammar part : parts) {
            int next = state();
            add(part, at, next);
            at = next;
          }
          empty.get(at).add(to);
        }
        case Grammar.Choice(List<Grammar> parts) -> parts.forEach(part -> add(part, from, to));
        case Grammar.Repeat(Grammar part, int min, OptionalInt max) ->
            repeat(part, min, max, from, to);
        case Grammar.Literal _, Grammar.Graph _, Grammar.Reference _, Grammar.Rules _ ->
            throw new IllegalStateException("no part of a regular expression: " + grammar);
      }
    }

    private void repeat(Grammar part, int min, OptionalInt max, int from, int to) {
      int at = state();
      empty.get(from).add(at);
      int copies = max.orElse(min);
      for (int i = 0; i < copies; i++) {
        if (i >= min) {
          empty.get(at).add(to);
        }
        int next = state();
        add(part, at, next);
        at = next;
      }
      if (max.isEmpty()) {
        int loop = state();
        empty.get(at).add(loop);
        add(part, loop, loop);
        at = loop;
      }
      empty.get(at).add(to);
    }

    TextNetwork withoutEmptySteps(int start, int end) {
      Map<Integer, Integer> numbers = new HashMap<>();
      List<Integer> states = new ArrayList<>(List.of(start));
      numbers.put(start, 0);
      List<List<Step>> steps = new ArrayList<>();
      BitSet ends = new BitSet();
      int count = 0;
      for (int i = 0; i < states.size(); i++) {
        BitSet same = new BitSet();
        ArrayDeque<Integer> work = new ArrayDeque<>(List.of(states.get(i)));
        List<Step> found = new ArrayList<>();
        while (!work.isEmpty()) {
          int state = work.remove();
          if (same.get(state)) {
            continue;
          }
          same.set(state);
          requireSize(0, ++count);
          work.addAll(empty.get(state));
          for (Step step : taking.get(state)) {
            Integer known = numbers.get(step.to());
            if (known == null) {
              known = states.size();
              numbers.put(step.to(), known);
              states.add(step.to());
            }
            found.add(new Step(step.set(), known));
            requireSize(0, ++count);
          }
        }
        ends.set(i, same.get(end));
        steps.add(found);
      }
      return new TextNetwork(steps, ends).trimmed();
    }
  }
}
