package org.gta4j.grammar;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.gta4j.grammar.Configuration.Frame;
import org.gta4j.grammar.Configuration.Stack;
import org.jspecify.annotations.Nullable;

/**
 * Leads texts through a network, byte by byte. States, stacks and configurations that are equal are
 * one object, and what follows them is computed once.
 *
 * <p>Not thread-safe.
 */
final class Recogniser {
  /** So many objects are kept; then all are forgotten and found anew. */
  private static final int MAX_KEPT = 1 << 15;

  /** What making an object counts for: it takes some hundred bytes. */
  private static final int OBJECT = 500;

  /** Edges and frames that one question may look at: about half a second. */
  private static final long MAX_WORK = 60_000_000;

  private record Key(long[] numbers) {
    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Key(long[] others) && Arrays.equals(numbers, others);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(numbers);
    }
  }

  private record Places(int[] places) {
    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Places(int[] others) && Arrays.equals(places, others);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(places);
    }
  }

  private final Network network;
  private final Stack bottom = new Stack(0, List.of());
  private final Map<Places, State> states = new HashMap<>();
  private final Map<Key, Stack> stacks = new HashMap<>();
  private final Map<Key, Configuration> configurations = new HashMap<>();
  private final int[] rankOfRule;
  private final int[] mark;
  private final Configuration start;
  private int marked;
  private int ids;
  private int kept;
  private long work;

  Recogniser(Network network) {
    this.network = network;
    mark = new int[network.edgesOf.length];
    rankOfRule = new int[network.ruleOrder.length];
    for (int i = 0; i < rankOfRule.length; i++) {
      rankOfRule[network.ruleOrder[i]] = i;
    }
    Map<Stack, State> frames = new LinkedHashMap<>();
    frames.put(bottom, closure(new int[] {network.ruleStart[0]}, 1));
    start = configuration(frames, false);
  }

  /** A new question begins: it has all its work before it. */
  void begin() {
    work = 0;
    if (kept > MAX_KEPT) {
      forget();
    }
  }

  /** How much of a question's work is done. */
  long work() {
    return work;
  }

  /** A question goes on that was interrupted by others. */
  void resume(long done) {
    work = done;
  }

  /** Texts hold some of the objects: these must not hold all that once came after them. */
  private void forget() {
    states.values().forEach(State::forget);
    stacks.values().forEach(stack -> stack.ended = null);
    configurations.values().forEach(configuration -> Arrays.fill(configuration.next, null));
    states.clear();
    stacks.clear();
    configurations.clear();
    configurations.put(key(start.kernel, start.ends), start);
    kept = 0;
  }

  private void count(int steps) {
    work += steps;
    if (work > MAX_WORK) {
      throw new GrammarException(
          "the grammar is too ambiguous: one token would take more than %d steps"
              .formatted(MAX_WORK));
    }
  }

  private void keep(int objects) {
    kept += objects;
    count(objects * OBJECT);
  }

  /** Before the first byte. */
  Configuration start() {
    return start;
  }

  /** A text that is in a state, of which nobody knows what comes after. */
  Configuration alone(State state) {
    return intern(new ArrayList<>(List.of(new Frame(state, bottom))), false);
  }

  /** Where a text goes on whose rule has just ended. */
  Configuration ended(Stack stack) {
    Configuration ended = stack.ended;
    if (ended == null) {
      Map<Stack, State> frames = new LinkedHashMap<>();
      for (Frame frame : stack.after) {
        merge(frames, frame);
      }
      ended = configuration(frames, false);
      stack.ended = ended;
    }
    return ended;
  }

  /** After one byte more. */
  Configuration step(Configuration configuration, byte value) {
    int byteClass = network.classOf[value & 0xFF];
    Configuration next = configuration.next[byteClass];
    if (next == null) {
      Map<Stack, State> frames = new LinkedHashMap<>();
      for (Frame frame : configuration.frames) {
        State state = step(frame.state(), byteClass);
        if (state.places.length > 0) {
          merge(frames, new Frame(state, frame.stack()));
        }
      }
      next = configuration(frames, false);
      configuration.next[byteClass] = next;
    }
    return next;
  }

  private State step(State state, int byteClass) {
    State next = state.next[byteClass];
    if (next == null) {
      int value = network.byteOfClass[byteClass];
      int[] targets = new int[8];
      int count = 0;
      for (int place : state.places) {
        count(network.edgesOf[place + 1] - network.edgesOf[place] + 1);
        for (int e = network.edgesOf[place]; e < network.edgesOf[place + 1]; e++) {
          if (network.low[e] >= 0 && network.low[e] <= value && value <= network.high[e]) {
            if (count == targets.length) {
              targets = Arrays.copyOf(targets, 2 * count);
            }
            targets[count++] = network.to[e];
          }
        }
      }
      next = closure(targets, count);
      state.next[byteClass] = next;
    }
    return next;
  }

  /** The state of some places and of all that are reached from them without a byte. */
  private State closure(int[] places, int count) {
    marked++;
    int[] way = Arrays.copyOf(places, Math.max(8, count));
    int size = 0;
    for (int i = 0; i < count; i++) {
      size = visit(places[i], way, size);
    }
    int[] found = new int[8];
    int matter = 0;
    while (size > 0) {
      int place = way[--size];
      boolean matters = network.ends.get(place);
      int first = network.edgesOf[place];
      int last = network.edgesOf[place + 1];
      count(last - first + 1);
      if (size + last - first > way.length) {
        way = Arrays.copyOf(way, 2 * (size + last - first));
      }
      for (int e = first; e < last; e++) {
        int low = network.low[e];
        matters |= low != Network.EMPTY;
        if (low == Network.EMPTY || (low == Network.CALL && network.isEmptyRule(network.high[e]))) {
          size = visit(network.to[e], way, size);
        }
      }
      if (matters) {
        if (matter == found.length) {
          found = Arrays.copyOf(found, 2 * matter);
        }
        found[matter++] = place;
      }
    }
    found = Arrays.copyOf(found, matter);
    Arrays.sort(found);
    return state(found);
  }

  private int visit(int place, int[] way, int size) {
    if (mark[place] == marked || !network.isLive(place)) {
      return size;
    }
    mark[place] = marked;
    way[size] = place;
    return size + 1;
  }

  private State state(int[] places) {
    State known = states.get(new Places(places));
    if (known != null) {
      return known;
    }
    boolean ends = false;
    boolean goesOn = false;
    for (int place : places) {
      ends |= network.ends.get(place);
      for (int e = network.edgesOf[place]; e < network.edgesOf[place + 1]; e++) {
        boolean takes =
            network.low[e] >= 0
                || (network.low[e] == Network.CALL && network.isLiveRule(network.high[e]));
        goesOn |= takes && network.isLive(network.to[e]);
      }
    }
    State state = new State(ids++, places, ends, goesOn, network.classes());
    states.put(new Places(places), state);
    keep(1 + places.length / 64);
    return state;
  }

  private State union(State a, State b) {
    if (a == b) {
      return a;
    }
    BitSet places = new BitSet();
    for (State state : List.of(a, b)) {
      count(state.places.length);
      Arrays.stream(state.places).forEach(places::set);
    }
    return state(places.stream().toArray());
  }

  private void merge(Map<Stack, State> frames, Frame frame) {
    count(1);
    frames.merge(frame.stack(), frame.state(), this::union);
  }

  private List<State.Call> calls(State state) {
    List<State.Call> calls = state.calls;
    if (calls == null) {
      Map<Integer, List<Integer>> after = new TreeMap<>();
      for (int place : state.places) {
        count(network.edgesOf[place + 1] - network.edgesOf[place] + 1);
        for (int e = network.edgesOf[place]; e < network.edgesOf[place + 1]; e++) {
          if (network.low[e] == Network.CALL
              && network.isLiveRule(network.high[e])
              && network.isLive(network.to[e])) {
            after.computeIfAbsent(network.high[e], rule -> new ArrayList<>()).add(network.to[e]);
          }
        }
      }
      List<State.Call> found = new ArrayList<>();
      after.forEach((rule, places) ->
          found.add(
              new State.Call(
                  rule, closure(places.stream().mapToInt(i -> i).toArray(), places.size()))));
      calls = List.copyOf(found);
      state.calls = calls;
    }
    return calls;
  }

  /** Where frames are after the rules among them that may have ended have ended. */
  private Configuration configuration(Map<Stack, State> frames, boolean ends) {
    boolean ended = ends;
    ArrayDeque<Stack> work = new ArrayDeque<>();
    frames.forEach((stack, state) -> {
      if (state.ends) {
        work.add(stack);
      }
    });
    Set<Stack> done = new LinkedHashSet<>();
    while (!work.isEmpty()) {
      Stack stack = work.remove();
      if (!done.add(stack)) {
        continue;
      }
      ended |= stack.isBottom();
      for (Frame frame : stack.after) {
        merge(frames, frame);
        if (frame.state().ends) {
          work.add(frame.stack());
        }
      }
    }
    List<Frame> kernel = new ArrayList<>(frames.size());
    frames.forEach((stack, state) -> {
      if (state.goesOn) {
        kernel.add(new Frame(state, stack));
      }
    });
    return intern(kernel, ended);
  }

  private static long number(Frame frame) {
    return (long) frame.stack().id << 32 | frame.state().id;
  }

  private static Key key(List<Frame> frames, boolean ends) {
    long[] numbers = new long[frames.size() + (ends ? 1 : 0)];
    Arrays.fill(numbers, -1); // no frame's number
    for (int i = 0; i < frames.size(); i++) {
      numbers[i] = number(frames.get(i));
    }
    return new Key(numbers);
  }

  private Configuration intern(List<Frame> kernel, boolean ends) {
    kernel.sort(Comparator.comparingLong(Recogniser::number));
    Key key = key(kernel, ends);
    Configuration known = configurations.get(key);
    if (known == null) {
      known = new Configuration(List.copyOf(kernel), withCalls(kernel), ends, network.classes());
      configurations.put(key, known);
      keep(1);
    }
    return known;
  }

  /** With the rules that may begin; each of them begins once, whoever calls it. */
  private List<Frame> withCalls(List<Frame> kernel) {
    List<Frame> frames = new ArrayList<>(kernel);
    NavigableMap<Integer, Map<Stack, State>> calls = new TreeMap<>();
    kernel.forEach(frame -> addCalls(frame, calls));
    while (!calls.isEmpty()) {
      Map.Entry<Integer, Map<Stack, State>> first = calls.pollFirstEntry();
      List<Frame> after = new ArrayList<>();
      first.getValue().forEach((stack, state) -> after.add(new Frame(state, stack)));
      int rule = network.ruleOrder[first.getKey()];
      State start = closure(new int[] {network.ruleStart[rule]}, 1);
      Frame frame = new Frame(start, stack(after));
      frames.add(frame);
      addCalls(frame, calls);
    }
    return List.copyOf(frames);
  }

  private void addCalls(Frame frame, Map<Integer, Map<Stack, State>> calls) {
    for (State.Call call : calls(frame.state())) {
      merge(
          calls.computeIfAbsent(rankOfRule[call.rule()], rank -> new LinkedHashMap<>()),
          new Frame(call.after(), frame.stack()));
    }
  }

  private Stack stack(List<Frame> after) {
    after.sort(Comparator.comparingLong(Recogniser::number));
    Key key = key(after, false);
    Stack known = stacks.get(key);
    if (known == null) {
      known = new Stack(++ids, List.copyOf(after));
      stacks.put(key, known);
      keep(1);
    }
    return known;
  }
}
