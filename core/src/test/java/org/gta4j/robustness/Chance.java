package org.gta4j.robustness;

import java.util.List;
import java.util.SplittableRandom;

/**
 * Random choices of one case.
 *
 * @param random what they come from
 */
record Chance(SplittableRandom random) {
  /** One of several. */
  <T> T of(List<T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }

  /** One of several. */
  @SafeVarargs
  final <T> T oneOf(T... choices) {
    return choices[random.nextInt(choices.length)];
  }

  /** A number from 0 to {@code bound − 1}; 0 where there is none. */
  int below(int bound) {
    return bound <= 1 ? 0 : random.nextInt(bound);
  }

  /** True once in {@code n} times. */
  boolean onceIn(int n) {
    return random.nextInt(n) == 0;
  }
}
