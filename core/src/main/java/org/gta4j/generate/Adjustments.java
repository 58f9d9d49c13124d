package org.gta4j.generate;

import java.util.Map;

/**
 * What is added to logits before a token is chosen, under OpenAI's names.
 *
 * @param frequencyPenalty subtracted from a token's logit for each time it came in the answer
 * @param presencePenalty subtracted once from each token that came in the answer
 * @param bias added to logits, by token id
 */
public record Adjustments(
    double frequencyPenalty, double presencePenalty, Map<Integer, Float> bias) {
  /** No adjustments. */
  public static final Adjustments NONE = new Adjustments(0, 0, Map.of());

  /** Checks that all numbers are finite. */
  public Adjustments {
    requireFinite("frequency_penalty", frequencyPenalty);
    requireFinite("presence_penalty", presencePenalty);
    bias.forEach((id, value) -> requireFinite("logit_bias of token " + id, value));
    bias = Map.copyOf(bias);
  }

  private static void requireFinite(String name, double value) {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException(
          "%s: expected a finite number, found %s".formatted(name, value));
    }
  }

  /** Whether tokens that came have other logits than before. */
  boolean hasPenalties() {
    return frequencyPenalty != 0 || presencePenalty != 0;
  }
}
