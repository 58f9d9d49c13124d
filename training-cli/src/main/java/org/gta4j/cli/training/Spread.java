package org.gta4j.cli.training;

import java.util.List;

/**
 * A number that was found several times.
 *
 * @param mean of what was found
 * @param half half the distance from the lowest to the highest
 */
record Spread(double mean, double half) {
  /** Of at least one number. */
  static Spread of(List<Double> numbers) {
    double lowest = numbers.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
    double highest = numbers.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
    double mean = numbers.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
    return new Spread(mean, (highest - lowest) / 2);
  }
}
