package org.gta4j.server.api;

import java.util.Optional;
import java.util.function.Supplier;
import org.gta4j.answer.AnswerForm;
import org.gta4j.answer.ChatPrompt;
import org.gta4j.answer.Grammars;
import org.gta4j.answer.HeldAnswer;
import org.gta4j.generate.TokenConstraint;
import tools.jackson.databind.JsonNode;

/**
 * OpenAI's {@code response_format}: the answer is held to it while it is written. A schema that
 * cannot be enforced is refused; none is ever ignored.
 *
 * @param param the field that says it
 * @param form what it asks for
 */
record ResponseFormat(String param, AnswerForm form) {
  private static final String PARAM = "response_format";

  /**
   * What a request asks for.
   *
   * @throws ApiException if it is no form
   */
  static Optional<ResponseFormat> of(Fields request) {
    Optional<Fields> format = request.fields(PARAM);
    if (format.isEmpty()) {
      return Optional.empty();
    }
    String type =
        format
            .get()
            .text("type")
            .orElseThrow(
                () -> ApiException.invalid(PARAM + ".type", "response_format.type: is missing"));
    return switch (type) {
      case "text" -> Optional.empty();
      case "json_object" -> Optional.of(object(format.get()));
      case "json_schema" -> Optional.of(schema(format.get()));
      default ->
          throw ApiException.expected(
              PARAM + ".type", "text, json_object or json_schema", "\"" + type + "\"");
    };
  }

  /** An object; llama.cpp's clients may give a schema here too. */
  private static ResponseFormat object(Fields format) {
    Optional<JsonNode> schema = format.value("schema");
    return schema.isPresent()
        ? new ResponseFormat(PARAM + ".schema", AnswerForm.schema(schema.get()))
        : new ResponseFormat(PARAM, AnswerForm.anyObject());
  }

  private static ResponseFormat schema(Fields format) {
    Fields named =
        format
            .fields("json_schema")
            .orElseThrow(() ->
                ApiException.invalid(
                    PARAM + ".json_schema", "response_format.json_schema: is missing"));
    return new ResponseFormat(
        PARAM + ".json_schema.schema", AnswerForm.schema(named.required("schema")));
  }

  /**
   * Holds an answer to it.
   *
   * @throws ApiException if that cannot be done
   */
  Supplier<TokenConstraint> constraint(Grammars grammars) {
    try {
      return form.constraint(grammars);
    } catch (IllegalArgumentException e) {
      throw ApiException.invalid(
          param, "invalid_json_schema", "%s: %s".formatted(param, e.getMessage()));
    }
  }

  /**
   * Holds a chat's answer to it, or to calls where functions are offered.
   *
   * @throws ApiException if that cannot be done
   */
  Supplier<TokenConstraint> constraint(ChatPrompt chat, Grammars grammars, boolean oneCall) {
    constraint(grammars); // its own mistakes first
    try {
      return HeldAnswer.toForm(chat, form, grammars, oneCall);
    } catch (IllegalArgumentException e) {
      throw ApiException.invalid("tools", "invalid_json_schema", "tools: " + e.getMessage());
    }
  }
}
