package org.gta4j.generate;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * One text to be continued.
 *
 * @param prompt token ids; at least one
 * @param maxTokens how many tokens to generate at most; none only where the prompt is scored
 * @param sampling how they are chosen
 * @param stop texts that end the answer and are not part of it
 * @param ignoreEnd whether to go on after a token that ends the text
 * @param speculation whether tokens may be proposed and verified several at a time; the same come
 * @param adjustments what is added to logits first
 * @param scoring which log-probabilities are wanted, if any
 * @param constraint what the answer may be, if it may not be anything: makes one for each text
 * @param shown control tokens that are a part of the answer's text, and how they are written there;
 *     others have no text
 */
public record Request(
    int[] prompt,
    int maxTokens,
    Sampling sampling,
    List<String> stop,
    boolean ignoreEnd,
    Speculation speculation,
    Adjustments adjustments,
    Optional<Scoring> scoring,
    Optional<Supplier<TokenConstraint>> constraint,
    Map<Integer, String> shown) {
  /** Checks that there is something to continue. */
  public Request {
    if (prompt.length == 0) {
      throw new IllegalArgumentException("the prompt is empty: expected at least one token");
    }
    if (maxTokens < (scoring.isPresent() && scoring.get().prompt() ? 0 : 1)) {
      throw new IllegalArgumentException(
          "max-tokens: expected an integer from 1 on, found " + maxTokens);
    }
    if (stop.stream().anyMatch(String::isEmpty)) {
      throw new IllegalArgumentException("stop: expected a text, found an empty one");
    }
    prompt = prompt.clone();
    stop = List.copyOf(stop);
    shown = Map.copyOf(shown);
  }

  /** A text that is continued as the model says, with or without speculation. */
  public Request(
      int[] prompt,
      int maxTokens,
      Sampling sampling,
      List<String> stop,
      boolean ignoreEnd,
      Speculation speculation) {
    this(
        prompt,
        maxTokens,
        sampling,
        stop,
        ignoreEnd,
        speculation,
        Adjustments.NONE,
        Optional.empty(),
        Optional.empty(),
        Map.of());
  }

  /** A text that is continued as fast as can be. */
  public Request(
      int[] prompt, int maxTokens, Sampling sampling, List<String> stop, boolean ignoreEnd) {
    this(prompt, maxTokens, sampling, stop, ignoreEnd, Speculation.AUTO);
  }

  /** A greedy continuation. */
  public static Request greedy(int[] prompt, int maxTokens) {
    return new Request(prompt, maxTokens, Sampling.greedy(), List.of(), false);
  }

  /** The same with or without speculation. */
  public Request with(Speculation other) {
    return copy(other, adjustments, scoring, constraint);
  }

  /** The same with other adjustments. */
  public Request with(Adjustments other) {
    return copy(speculation, other, scoring, constraint);
  }

  /** The same with log-probabilities. */
  public Request with(Scoring wanted) {
    return copy(speculation, adjustments, Optional.of(wanted), constraint);
  }

  /** The same with an answer that may only be what a constraint allows. */
  public Request with(Supplier<TokenConstraint> allowed) {
    return copy(speculation, adjustments, scoring, Optional.of(allowed));
  }

  private Request copy(
      Speculation newSpeculation,
      Adjustments newAdjustments,
      Optional<Scoring> newScoring,
      Optional<Supplier<TokenConstraint>> newConstraint) {
    return new Request(
        prompt,
        maxTokens,
        sampling,
        stop,
        ignoreEnd,
        newSpeculation,
        newAdjustments,
        newScoring,
        newConstraint,
        shown);
  }

  /** Whether log-probabilities of the prompt's tokens are wanted. */
  boolean scoresPrompt() {
    return scoring.isPresent() && scoring.get().prompt();
  }
}
