package org.gta4j.cost;

import java.util.Optional;

/**
 * A training as the paper publishes it (arXiv 2506.17286): sequences a step, tokens of each, and
 * tokens in all.
 *
 * @param sequences a step
 * @param length tokens of each
 * @param tokens of the whole training
 */
public record TrainingRecipe(int sequences, int length, double tokens) {
  /**
   * One epoch of C4, whose tokens the paper does not give: 156 billion by Dodge et al. (arXiv
   * 2104.08758), with a tokenizer of another vocabulary.
   */
  private static final double C4_TOKENS = 156e9;

  /** Of smollm-corpus, as the paper has it. */
  private static final double SMOLLM_TOKENS = 220e9;

  /** That of a preset, where one was published: of the first of two lengths. */
  public static Optional<TrainingRecipe> of(String preset) {
    if (preset.endsWith("-160m") || preset.endsWith("-500m")) {
      return Optional.of(new TrainingRecipe(800, 2048, C4_TOKENS));
    }
    return preset.endsWith("-1b")
        ? Optional.of(new TrainingRecipe(2048, 2048, SMOLLM_TOKENS))
        : Optional.empty();
  }

  /** Tokens a step. */
  public long batchTokens() {
    return (long) sequences * length;
  }
}
