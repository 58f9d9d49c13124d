package org.gta4j.generate;

import java.util.List;

/**
 * One text to be continued.
 *
 * @param prompt token ids; at least one
 * @param maxTokens how many tokens to generate at most
 * @param sampling how they are chosen
 * @param stop texts that end the answer and are not part of it
 * @param ignoreEnd whether to go on after a token that ends the text
 */
public record Request(
    int[] prompt, int maxTokens, Sampling sampling, List<String> stop, boolean ignoreEnd) {
  /** Checks that there is something to continue. */
  public Request {
    if (prompt.length == 0) {
      throw new IllegalArgumentException("the prompt is empty: expected at least one token");
    }
    if (maxTokens < 1) {
      throw new IllegalArgumentException(
          "max-tokens: expected an integer from 1 on, found " + maxTokens);
    }
    if (stop.stream().anyMatch(String::isEmpty)) {
      throw new IllegalArgumentException("stop: expected a text, found an empty one");
    }
    prompt = prompt.clone();
    stop = List.copyOf(stop);
  }

  /** A greedy continuation. */
  public static Request greedy(int[] prompt, int maxTokens) {
    return new Request(prompt, maxTokens, Sampling.greedy(), List.of(), false);
  }
}
