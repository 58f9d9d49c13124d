package org.gta4j.server.api;

import org.gta4j.generate.LanguageModel;
import tools.jackson.databind.JsonNode;

/**
 * How much text a context can hold at the very most: more is refused before it is cut into tokens,
 * which takes time and memory that grow with it.
 *
 * @param mostCharacters as many characters as a context full of the longest tokens has
 */
public record PromptSize(long mostCharacters) {
  /** Of a model; looks at its whole vocabulary. */
  public static PromptSize of(LanguageModel model) {
    long longest =
        model
            .tokenizer()
            .map(tokenizer -> {
              int most = 1;
              for (int id = 0; id < tokenizer.size(); id++) {
                most =
                    Math.max(
                        most,
                        tokenizer.isControl(id)
                            ? tokenizer.name(id).length()
                            : tokenizer.bytes(id).length);
              }
              return most;
            })
            .orElse(1);
    return new PromptSize(longest * model.contextLength());
  }

  /**
   * Refuses texts that cannot fit.
   *
   * @param value a text, or anything with texts in it
   */
  void require(String param, JsonNode value) {
    long characters = characters(value);
    if (characters > mostCharacters) {
      throw ApiException.invalid(
          param,
          "context_length_exceeded",
          "%s: expected at most %d characters, which a context of the longest tokens has, found %d"
              .formatted(param, mostCharacters, characters));
    }
  }

  private static long characters(JsonNode value) {
    if (value.isString()) {
      return value.stringValue().length();
    }
    long sum = 0;
    for (JsonNode part : value) {
      sum += characters(part);
    }
    return sum;
  }
}
