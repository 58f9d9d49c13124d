package org.gta4j.answer;

import java.util.Map;
import org.gta4j.generate.Sampling;

/**
 * How a conversation is answered.
 *
 * @param maxTokens how many tokens an answer may have; fewer where the context ends before
 * @param sampling how they are chosen; the seed is counted up from answer to answer
 * @param mustCall whether functions, where some are offered, have to be called
 * @param variables more that the model's template may know, such as {@code enable_thinking}
 */
public record ChatSettings(
    int maxTokens, Sampling sampling, boolean mustCall, Map<String, Object> variables) {
  /** Checks the range and copies the map. */
  public ChatSettings {
    if (maxTokens < 1) {
      throw new IllegalArgumentException(
          "max-tokens: expected an integer from 1 on, found " + maxTokens);
    }
    variables = Map.copyOf(variables);
  }

  /** Greedy answers of up to 1 024 tokens; the model decides whether it calls functions. */
  public static ChatSettings defaults() {
    return new ChatSettings(1024, Sampling.greedy(), false, Map.of());
  }

  /** The same with answers of another length. */
  public ChatSettings withMaxTokens(int other) {
    return new ChatSettings(other, sampling, mustCall, variables);
  }

  /** The same with tokens chosen otherwise. */
  public ChatSettings withSampling(Sampling other) {
    return new ChatSettings(maxTokens, other, mustCall, variables);
  }

  /** The same where functions have to be called, or need not be. */
  public ChatSettings withMustCall(boolean other) {
    return new ChatSettings(maxTokens, sampling, other, variables);
  }

  /** The same with other variables of the template. */
  public ChatSettings withVariables(Map<String, Object> other) {
    return new ChatSettings(maxTokens, sampling, mustCall, other);
  }
}
