package org.gta4j.server.api;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.gta4j.generate.Engine;
import org.gta4j.generate.Scoring;
import tools.jackson.databind.JsonNode;

/**
 * What {@code /v1/completions} is asked.
 *
 * @param prompts texts to continue, several answers to each where {@code settings} say so
 * @param maxTokens how many tokens an answer has at most; 0 only where the prompt is echoed
 * @param echo whether the prompt stands before the answer
 * @param alternatives how many alternatives of each token are told; empty: no log-probabilities
 * @param settings what it has in common with chats
 */
record CompletionRequest(
    List<Prompt> prompts,
    int maxTokens,
    boolean echo,
    OptionalInt alternatives,
    Settings settings) {
  private static final int MOST_ALTERNATIVES = 100;
  private static final int DEFAULT_TOKENS = 16;
  private static final int UNLIMITED = Integer.MAX_VALUE;

  /** A text to continue, as ids and as text. */
  record Prompt(int[] ids, String text) {}

  static CompletionRequest of(Fields fields, ServedModel model) {
    fields
        .text("suffix")
        .filter(suffix -> !suffix.isEmpty())
        .ifPresent(suffix -> {
          throw ApiException.invalid(
              "suffix", "suffix: texts before a given end are not supported, expected none");
        });
    boolean echo = fields.truth("echo", false);
    Settings settings = Settings.of(fields, model.vocabulary());
    long best = fields.integer("best_of", 1, Integer.MAX_VALUE).orElse(settings.choices());
    if (best != settings.choices()) {
      throw ApiException.expected("best_of", "as many as n, " + settings.choices(), best);
    }
    long tokens = fields.integer("max_tokens", -1, Integer.MAX_VALUE).orElse(DEFAULT_TOKENS);
    if (tokens == 0 && !echo) {
      throw ApiException.expected("max_tokens", "1 or more where echo is false", 0);
    }
    OptionalInt alternatives = OptionalInt.empty();
    if (fields.value("logprobs").isPresent()) {
      alternatives =
          OptionalInt.of((int) fields.integer("logprobs", 0, MOST_ALTERNATIVES).getAsLong());
    }
    return new CompletionRequest(
        prompts(fields, model),
        tokens < 0 ? UNLIMITED : (int) tokens,
        echo,
        alternatives,
        settings);
  }

  private static List<Prompt> prompts(Fields fields, ServedModel model) {
    JsonNode prompt = fields.required("prompt");
    List<Prompt> prompts = new ArrayList<>();
    if (prompt.isString()) {
      model.promptSize().require("prompt", prompt);
      prompts.add(text("prompt", prompt.stringValue(), model));
    } else if (prompt.isArray() && !prompt.isEmpty() && prompt.get(0).isNumber()) {
      prompts.add(ids("prompt", prompt, model));
    } else if (prompt.isArray() && !prompt.isEmpty()) {
      for (int i = 0; i < prompt.size(); i++) {
        String param = "prompt[%d]".formatted(i);
        JsonNode one = prompt.get(i);
        model.promptSize().require(param, one);
        prompts.add(
            one.isString() ? text(param, one.stringValue(), model) : ids(param, one, model));
      }
    } else {
      throw ApiException.expected(
          "prompt",
          "a string, strings, token ids, or lists of token ids",
          prompt.isArray() ? "an empty array" : Fields.describe(prompt));
    }
    return prompts;
  }

  private static Prompt text(String param, String text, ServedModel model) {
    int[] ids = model.tokenizer().encode(text);
    if (ids.length == 0) {
      throw ApiException.expected(param, "at least one token", "an empty text");
    }
    return new Prompt(ids, text);
  }

  private static Prompt ids(String param, JsonNode list, ServedModel model) {
    if (!list.isArray() || list.isEmpty()) {
      throw ApiException.expected(
          param,
          "a string or token ids",
          list.isArray() ? "an empty array" : Fields.describe(list));
    }
    int[] ids = new int[list.size()];
    for (int i = 0; i < ids.length; i++) {
      ids[i] =
          (int)
              Fields.wholeNumber(
                  "%s[%d]".formatted(param, i), list.get(i), 0, model.vocabulary() - 1);
    }
    int[] known = ids;
    return new Prompt(
        ids, model.model().tokenizer().map(tokenizer -> tokenizer.decode(known)).orElse(""));
  }

  /**
   * How many log-probabilities need room before this begins; a stream keeps none.
   *
   * @param engine answers
   */
  long keptLogProbs(Engine engine) {
    if (alternatives.isEmpty() || settings.stream()) {
      return 0;
    }
    int most = maxTokens == UNLIMITED ? LogProbRoom.ASSUMED_TOKENS : maxTokens;
    long tokens = 0;
    for (Prompt prompt : prompts) {
      int length = prompt.ids().length;
      tokens += Math.min(most, engine.room(length)) + (echo ? length : 0);
    }
    return (1L + alternatives.getAsInt()) * tokens * settings.choices();
  }

  /** The log-probabilities that the engine has to compute. */
  Optional<Scoring> scoring() {
    return alternatives.isPresent() || (echo && maxTokens == 0)
        ? Optional.of(new Scoring(alternatives.orElse(0), echo))
        : Optional.empty();
  }
}
