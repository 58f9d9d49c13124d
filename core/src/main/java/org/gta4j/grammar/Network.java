package org.gta4j.grammar;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * A grammar as places and edges between them. An edge takes a byte of a range, takes nothing, or
 * calls a rule: a part of the network with a begin and an end of its own.
 *
 * <p>Only places from which their rule's end can be reached are {@link #isLive live}; others are
 * left out by whoever walks the network, so that no text is led where it cannot end.
 */
final class Network {
  /** As an edge's first byte: it takes nothing. */
  static final int EMPTY = -1;

  /** As an edge's first byte: it calls the rule that is in place of its last byte. */
  static final int CALL = -2;

  /** The edges of place p are those from edgesOf[p] on. */
  final int[] edgesOf;

  final int[] low;
  final int[] high;
  final int[] to;
  final int[] ruleStart;

  /** Whether a place is the end of its rule. */
  final BitSet ends = new BitSet();

  /** Rules, so that one comes before those that a text of it may begin with. */
  final int[] ruleOrder;

  /** Of each byte its class: bytes of a class are on the same edges. */
  final int[] classOf = new int[256];

  /** One byte of each class. */
  final int[] byteOfClass;

  private final BitSet live;
  private final BitSet liveRules = new BitSet();
  private final BitSet emptyRules = new BitSet();
  private final int[] from;

  /**
   * @param edges of each edge its first place, first byte, last byte and second place
   * @param rules of each rule its first and last place; the first one is the whole grammar
   * @throws GrammarException if a rule begins with itself
   */
  Network(int places, List<int[]> edges, List<int[]> rules) {
    int count = edges.size();
    edgesOf = new int[places + 1];
    edges.forEach(edge -> edgesOf[edge[0] + 1]++);
    for (int i = 0; i < places; i++) {
      edgesOf[i + 1] += edgesOf[i];
    }
    int[] next = Arrays.copyOf(edgesOf, places);
    from = new int[count];
    low = new int[count];
    high = new int[count];
    to = new int[count];
    for (int[] edge : edges) {
      int at = next[edge[0]]++;
      from[at] = edge[0];
      low[at] = edge[1];
      high[at] = edge[2];
      to[at] = edge[3];
    }
    ruleStart = new int[rules.size()];
    for (int i = 0; i < ruleStart.length; i++) {
      ruleStart[i] = rules.get(i)[0];
      ends.set(rules.get(i)[1]);
    }
    live = reaching(places, rules, true, liveRules);
    reaching(places, rules, false, emptyRules);
    byteOfClass = findClasses();
    ruleOrder = order();
  }

  boolean isLive(int place) {
    return live.get(place);
  }

  boolean isLiveRule(int rule) {
    return liveRules.get(rule);
  }

  /** Whether the empty text is one of a rule. */
  boolean isEmptyRule(int rule) {
    return emptyRules.get(rule);
  }

  int classes() {
    return byteOfClass.length;
  }

  /** The places that reach their rule's end, and the rules whose begin does. */
  private BitSet reaching(int places, List<int[]> rules, boolean withBytes, BitSet good) {
    int[] into = new int[places + 1];
    for (int place : to) {
      into[place + 1]++;
    }
    for (int i = 0; i < places; i++) {
      into[i + 1] += into[i];
    }
    int[] next = Arrays.copyOf(into, places);
    int[] edgesInto = new int[to.length];
    for (int e = 0; e < to.length; e++) {
      edgesInto[next[to[e]]++] = e;
    }
    List<List<Integer>> waiting = new ArrayList<>();
    for (int i = 0; i < rules.size(); i++) {
      waiting.add(new ArrayList<>());
    }
    int[] ruleAt = new int[places];
    Arrays.fill(ruleAt, -1);
    for (int i = 0; i < rules.size(); i++) {
      ruleAt[rules.get(i)[0]] = i;
    }
    BitSet reached = new BitSet(places);
    ArrayDeque<Integer> work = new ArrayDeque<>();
    rules.forEach(rule -> add(rule[1], reached, work));
    while (!work.isEmpty()) {
      int place = work.remove();
      int rule = ruleAt[place];
      if (rule >= 0) {
        good.set(rule);
        waiting.get(rule).forEach(caller -> add(caller, reached, work));
      }
      for (int i = into[place]; i < into[place + 1]; i++) {
        int edge = edgesInto[i];
        if (low[edge] == CALL && !good.get(high[edge])) {
          waiting.get(high[edge]).add(from[edge]);
        } else if (low[edge] < 0 || withBytes) {
          add(from[edge], reached, work);
        }
      }
    }
    return reached;
  }

  private static void add(int place, BitSet reached, ArrayDeque<Integer> work) {
    if (!reached.get(place)) {
      reached.set(place);
      work.add(place);
    }
  }

  private int[] findClasses() {
    boolean[] begins = new boolean[257];
    for (int e = 0; e < low.length; e++) {
      if (low[e] >= 0) {
        begins[low[e]] = true;
        begins[high[e] + 1] = true;
      }
    }
    int[] bytes = new int[256];
    int count = 0;
    for (int b = 0; b < 256; b++) {
      if (b == 0 || begins[b]) {
        bytes[count++] = b;
      }
      classOf[b] = count - 1;
    }
    return Arrays.copyOf(bytes, count);
  }

  private int[] order() {
    int[][] begins = new int[ruleStart.length][];
    for (int rule = 0; rule < begins.length; rule++) {
      begins[rule] = firstCalls(ruleStart[rule]);
    }
    // A walk in depth: 0 is not met yet, 1 on the way, 2 done.
    int[] met = new int[begins.length];
    int[] nextOf = new int[begins.length];
    int[] order = new int[begins.length];
    int done = begins.length;
    ArrayDeque<Integer> way = new ArrayDeque<>();
    for (int first = 0; first < begins.length; first++) {
      if (met[first] == 0) {
        met[first] = 1;
        way.push(first);
      }
      while (!way.isEmpty()) {
        int rule = way.element();
        if (nextOf[rule] == begins[rule].length) {
          met[rule] = 2;
          order[--done] = rule;
          way.pop();
          continue;
        }
        int called = begins[rule][nextOf[rule]++];
        if (met[called] == 1) {
          throw new GrammarException(
              "a rule of the grammar begins with itself, before any character");
        }
        if (met[called] == 0) {
          met[called] = 1;
          way.push(called);
        }
      }
    }
    return order;
  }

  /** The rules that are called from a place before any byte. */
  private int[] firstCalls(int place) {
    BitSet reached = new BitSet();
    BitSet calls = new BitSet();
    ArrayDeque<Integer> work = new ArrayDeque<>();
    add(place, reached, work);
    while (!work.isEmpty()) {
      int at = work.remove();
      for (int e = edgesOf[at]; e < edgesOf[at + 1]; e++) {
        if (low[e] == CALL) {
          calls.set(high[e]);
        }
        if (low[e] == EMPTY || (low[e] == CALL && isEmptyRule(high[e]))) {
          add(to[e], reached, work);
        }
      }
    }
    return calls.stream().toArray();
  }
}
