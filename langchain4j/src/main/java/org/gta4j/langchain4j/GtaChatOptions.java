package org.gta4j.langchain4j;

import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * How a chat model answers where a request does not say it, and what requests of langchain4j cannot
 * say.
 *
 * @param modelName what the model is called in responses
 * @param defaults what requests that say nothing else ask for
 * @param minP only tokens at least this times as probable as the most probable one; 0: all
 * @param repeatPenalty divides a positive logit, multiplies a negative one, of every token that
 *     occurred; 1: none
 * @param seed where the random numbers of each answer begin; empty: elsewhere each time
 * @param variables more that the model's chat template may know, such as {@code enable_thinking}
 * @param listeners follow requests and responses
 * @param mostTime how long an answer may take
 */
public record GtaChatOptions(
    String modelName,
    ChatRequestParameters defaults,
    double minP,
    double repeatPenalty,
    OptionalLong seed,
    Map<String, Object> variables,
    List<ChatModelListener> listeners,
    Duration mostTime) {
  /** Copies what could change. */
  public GtaChatOptions {
    variables = Map.copyOf(variables);
    listeners = List.copyOf(listeners);
    if (mostTime.isNegative() || mostTime.isZero()) {
      throw new IllegalArgumentException("mostTime: expected more than none, found " + mostTime);
    }
  }

  /** The model's own distribution, in half an hour at most. */
  public static GtaChatOptions of(String modelName) {
    return new GtaChatOptions(
        modelName,
        ChatRequestParameters.builder().build(),
        0,
        1,
        OptionalLong.empty(),
        Map.of(),
        List.of(),
        Duration.ofMinutes(30));
  }

  /** The same with other defaults. */
  public GtaChatOptions withDefaults(ChatRequestParameters other) {
    return new GtaChatOptions(
        modelName, other, minP, repeatPenalty, seed, variables, listeners, mostTime);
  }

  /** The same of tokens at least {@code other} times as probable as the most probable one. */
  public GtaChatOptions withMinP(double other) {
    return new GtaChatOptions(
        modelName, defaults, other, repeatPenalty, seed, variables, listeners, mostTime);
  }

  /** The same with another penalty on what occurred. */
  public GtaChatOptions withRepeatPenalty(double other) {
    return new GtaChatOptions(
        modelName, defaults, minP, other, seed, variables, listeners, mostTime);
  }

  /** The same with the same random numbers for each answer. */
  public GtaChatOptions withSeed(long other) {
    return new GtaChatOptions(
        modelName,
        defaults,
        minP,
        repeatPenalty,
        OptionalLong.of(other),
        variables,
        listeners,
        mostTime);
  }

  /** The same with other variables of the template. */
  public GtaChatOptions withVariables(Map<String, Object> other) {
    return new GtaChatOptions(
        modelName, defaults, minP, repeatPenalty, seed, other, listeners, mostTime);
  }

  /** The same with other listeners. */
  public GtaChatOptions withListeners(List<ChatModelListener> other) {
    return new GtaChatOptions(
        modelName, defaults, minP, repeatPenalty, seed, variables, other, mostTime);
  }

  /** The same with another time. */
  public GtaChatOptions withMostTime(Duration other) {
    return new GtaChatOptions(
        modelName, defaults, minP, repeatPenalty, seed, variables, listeners, other);
  }
}
