package org.gta4j.ops;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What an output gate makes of its argument before it multiplies the heads: the paper's sigmoid,
 * and what it was compared with (arXiv 2506.17286, ablations).
 */
public enum GateActivation {
  /** {@code 1 / (1 + e^-g)}. */
  SIGMOID("sigmoid"),
  /** {@code g / (1 + e^-g)}. */
  SILU("silu"),
  /** {@code max(0, g)²}. */
  RELU_SQUARED("relu2");

  private final String label;

  GateActivation(String label) {
    this.label = label;
  }

  /** The name that configurations have: {@code relu2}. */
  public String label() {
    return label;
  }

  /** All labels, for people. */
  public static String labels() {
    return Arrays.stream(values()).map(GateActivation::label).collect(Collectors.joining(", "));
  }

  /** The one of that label. */
  public static Optional<GateActivation> labelled(String label) {
    return Arrays.stream(values()).filter(value -> value.label.equals(label)).findFirst();
  }

  /** What the heads are multiplied by: the specification. */
  public double of(double gate) {
    return switch (this) {
      case SIGMOID -> 1 / (1 + Math.exp(-gate));
      case SILU -> gate / (1 + Math.exp(-gate));
      case RELU_SQUARED -> gate > 0 ? gate * gate : 0;
    };
  }
}
