package org.gta4j.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * How long prompts take, from pieces of them: a token's time grows with the tokens before it, which
 * is a straight line between pieces, and before the first and behind the last the one that goes on.
 */
final class PromptTimes {
  /** Seconds that a token takes, by the tokens before it. */
  private final TreeMap<Double, Double> seconds = new TreeMap<>();

  /**
   * Adds a piece.
   *
   * @param before how many tokens were before it
   * @param tokens its own: each sees those of them that are before it too, half of them on average
   * @param secondsPerToken how long each of them took
   */
  void add(int before, int tokens, double secondsPerToken) {
    seconds.put(before + (tokens - 1) / 2.0, secondsPerToken);
  }

  /**
   * Seconds that a prompt of {@code tokens} takes; empty where no piece was measured after as many,
   * or fewer than two were measured.
   */
  Optional<Double> of(int tokens) {
    if (seconds.size() < 2 || seconds.lastKey() < tokens) {
      return Optional.empty();
    }
    // Depths are 0 to tokens − 1, in the middle of steps of one.
    double end = tokens - 0.5;
    double from = -0.5;
    double total = 0;
    List<Double> borders = new ArrayList<>(seconds.headMap(end, false).keySet());
    borders.add(end);
    for (double to : borders) {
      total += (to - from) * at((from + to) / 2);
      from = to;
    }
    return Optional.of(total);
  }

  private double at(double depth) {
    Map.Entry<Double, Double> low = seconds.floorEntry(depth);
    if (low == null) {
      low = seconds.firstEntry();
    }
    Map.Entry<Double, Double> high = seconds.higherEntry(low.getKey());
    if (high == null) {
      high = low;
      low = seconds.lowerEntry(high.getKey());
    }
    double slope = (high.getValue() - low.getValue()) / (high.getKey() - low.getKey());
    return low.getValue() + (depth - low.getKey()) * slope;
  }
}
