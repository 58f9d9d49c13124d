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
 * @param speculation whether tokens may be proposed and verified several at a time; the same come
 */
public record Request(
    int[] prompt,
    int maxTokens,
    Sampling sampling,
    List<String> stop,
    boolean ignoreEnd,
    Speculation speculation) {
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

  /** A text that is continued as fast as can be. */
  public Request(
      int[] prompt, int maxTokens, Sampling sampling, List<String> stop, boolean ignoreEnd) {
    this(prompt, maxTokens, sampling, stop, ignoreEnd, Speculation.AUTO);
  }

  /** The same with or without speculation. */
  public Request with(Speculation other) {
    return new Request(prompt, maxTokens, sampling, stop, ignoreEnd, other);
  }

  /** A greedy continuation. */
  public static Request greedy(int[] prompt, int maxTokens) {
    return new Request(prompt, maxTokens, Sampling.greedy(), List.of(), false);
  }
}
