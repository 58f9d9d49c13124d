package org.gta4j.generate;

/**
 * Which log-probabilities a caller wants to have: those of the model itself, before temperature,
 * penalties and restrictions.
 *
 * @param alternatives of how many of the most probable tokens at each place, beside the token's own
 * @param prompt whether also of the prompt's tokens
 */
public record Scoring(int alternatives, boolean prompt) {
  /** Checks the range. */
  public Scoring {
    if (alternatives < 0) {
      throw new IllegalArgumentException(
          "logprobs: expected an integer from 0 on, found " + alternatives);
    }
  }
}
