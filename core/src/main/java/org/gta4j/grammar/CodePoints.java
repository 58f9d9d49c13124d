package org.gta4j.grammar;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A set of Unicode characters. Surrogates are no characters and never in it.
 *
 * @param ranges in ascending order; they neither touch nor overlap
 */
public record CodePoints(List<Range> ranges) {
  /** From one code point to another, both included. */
  public record Range(int first, int last) {}

  private static final int LAST = Character.MAX_CODE_POINT;

  /** All characters. */
  public static final CodePoints ALL = of(0, LAST);

  /** Orders, joins and cuts the ranges. */
  public CodePoints {
    List<Range> sorted = new ArrayList<>();
    for (Range range : ranges) {
      addCut(range, 0, Character.MIN_SURROGATE - 1, sorted);
      addCut(range, Character.MAX_SURROGATE + 1, LAST, sorted);
    }
    sorted.sort(Comparator.comparingInt(Range::first));
    List<Range> joined = new ArrayList<>();
    for (Range range : sorted) {
      Range before = joined.isEmpty() ? new Range(-2, -2) : joined.getLast();
      if (range.first() <= before.last() + 1) {
        joined.set(
            joined.size() - 1, new Range(before.first(), Math.max(before.last(), range.last())));
      } else {
        joined.add(range);
      }
    }
    ranges = List.copyOf(joined);
  }

  private static void addCut(Range range, int from, int to, List<Range> into) {
    int first = Math.max(range.first(), from);
    int last = Math.min(range.last(), to);
    if (first <= last) {
      into.add(new Range(first, last));
    }
  }

  /** One range, both ends included. */
  public static CodePoints of(int first, int last) {
    return new CodePoints(List.of(new Range(first, last)));
  }

  /** The characters of a text. */
  public static CodePoints of(String characters) {
    return new CodePoints(characters.codePoints().mapToObj(c -> new Range(c, c)).toList());
  }

  /** What is in one of the two. */
  public CodePoints or(CodePoints other) {
    List<Range> both = new ArrayList<>(ranges);
    both.addAll(other.ranges);
    return new CodePoints(both);
  }

  /** What is in both. */
  public CodePoints and(CodePoints other) {
    List<Range> common = new ArrayList<>();
    int i = 0;
    int j = 0;
    while (i < ranges.size() && j < other.ranges.size()) {
      Range a = ranges.get(i);
      Range b = other.ranges.get(j);
      addCut(a, b.first(), b.last(), common);
      if (a.last() < b.last()) {
        i++;
      } else {
        j++;
      }
    }
    return new CodePoints(common);
  }

  /** All characters that are not in it. */
  public CodePoints not() {
    List<Range> others = new ArrayList<>();
    int from = 0;
    for (Range range : ranges) {
      if (from < range.first()) {
        others.add(new Range(from, range.first() - 1));
      }
      from = range.last() + 1;
    }
    if (from <= LAST) {
      others.add(new Range(from, LAST));
    }
    return new CodePoints(others);
  }

  /** Whether a character is in it. */
  public boolean contains(int codePoint) {
    return ranges.stream().anyMatch(r -> r.first() <= codePoint && codePoint <= r.last());
  }

  /** Whether no character is in it. */
  public boolean isEmpty() {
    return ranges.isEmpty();
  }
}
