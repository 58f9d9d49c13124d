package org.gta4j.measure;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalDouble;

/** Measurements of the same thing, of which the middle one counts. */
public final class Samples {
  private final List<Double> values = new ArrayList<>();

  /** None yet. */
  public Samples() {}

  /** Adds one. */
  public void add(double value) {
    values.add(value);
  }

  /** Adds one if there is one. */
  public void add(OptionalDouble value) {
    value.ifPresent(this::add);
  }

  /** The middle one, or the mean of the two in the middle; empty where there are none. */
  public OptionalDouble median() {
    if (values.isEmpty()) {
      return OptionalDouble.empty();
    }
    List<Double> sorted = new ArrayList<>(values);
    Collections.sort(sorted);
    int half = sorted.size() / 2;
    return OptionalDouble.of(
        sorted.size() % 2 == 1 ? sorted.get(half) : (sorted.get(half - 1) + sorted.get(half)) / 2);
  }
}
