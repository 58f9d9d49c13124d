package org.gta4j.generate;

/**
 * How the next token is chosen from the logits, under llama.cpp's and Hugging Face's names.
 *
 * @param temperature 0: always the most probable token (greedy); 1: as the model says; higher:
 *     flatter
 * @param topK only the k most probable tokens; 0: all
 * @param topP only the most probable tokens that together reach this probability; 1: all
 * @param minP only tokens at least this times as probable as the most probable one; 0: all
 * @param repeatPenalty divides a positive logit, multiplies a negative one, of every token that
 *     occurred; 1: none
 * @param seed where the random numbers begin
 */
public record Sampling(
    double temperature, int topK, double topP, double minP, double repeatPenalty, long seed) {
  /** Checks the ranges. */
  public Sampling {
    require(
        temperature >= 0 && Double.isFinite(temperature),
        "temperature",
        "a number from 0 on",
        temperature);
    require(topK >= 0, "top-k", "an integer from 0 on", topK);
    require(topP > 0 && topP <= 1, "top-p", "a number above 0 and at most 1", topP);
    require(minP >= 0 && minP <= 1, "min-p", "a number from 0 to 1", minP);
    require(
        repeatPenalty > 0 && Double.isFinite(repeatPenalty),
        "repeat-penalty",
        "a number above 0",
        repeatPenalty);
  }

  private static void require(boolean holds, String name, String expected, Object found) {
    if (!holds) {
      throw new IllegalArgumentException(
          "%s: expected %s, found %s".formatted(name, expected, found));
    }
  }

  /** The same at another temperature. */
  public Sampling withTemperature(double other) {
    return new Sampling(other, topK, topP, minP, repeatPenalty, seed);
  }

  /** The same of the {@code other} most probable tokens. */
  public Sampling withTopK(int other) {
    return new Sampling(temperature, other, topP, minP, repeatPenalty, seed);
  }

  /** The same of the tokens that together reach a probability of {@code other}. */
  public Sampling withTopP(double other) {
    return new Sampling(temperature, topK, other, minP, repeatPenalty, seed);
  }

  /** The same of tokens at least {@code other} times as probable as the most probable one. */
  public Sampling withMinP(double other) {
    return new Sampling(temperature, topK, topP, other, repeatPenalty, seed);
  }

  /** The same with another penalty on what occurred. */
  public Sampling withRepeatPenalty(double other) {
    return new Sampling(temperature, topK, topP, minP, other, seed);
  }

  /** The same with other random numbers. */
  public Sampling withSeed(long other) {
    return new Sampling(temperature, topK, topP, minP, repeatPenalty, other);
  }

  /** Always the most probable token; of equal ones the lowest id. */
  public static Sampling greedy() {
    return new Sampling(0, 0, 1, 0, 1, 0);
  }

  /** The model's own distribution at a temperature. */
  public static Sampling of(double temperature, long seed) {
    return new Sampling(temperature, 0, 1, 0, 1, seed);
  }
}
