package org.gta4j.chat.tools;

import java.util.List;
import tools.jackson.databind.JsonNode;

/** Whether and what a model is to call: OpenAI's {@code tool_choice}. */
public sealed interface ToolChoice {
  /** The model decides. */
  record Auto() implements ToolChoice {}

  /** Nothing: the model is not told of any function. */
  record None() implements ToolChoice {}

  /** At least one function: decoding is held to {@link ToolFormat#callShape}. */
  record Required() implements ToolChoice {}

  /** This function. */
  record Named(ToolFunction function) implements ToolChoice {}

  /**
   * Reads {@code "auto"}, {@code "none"}, {@code "required"} or {@code {"type": "function",
   * "function": {"name"}}}; missing or null is {@code auto}.
   *
   * @param functions those that were offered
   * @throws IllegalArgumentException if it is something else, or names or requires a function where
   *     there is none
   */
  static ToolChoice read(JsonNode choice, List<ToolFunction> functions) {
    if (choice.isMissingNode() || choice.isNull()) {
      return new Auto();
    }
    if (choice.isObject() && choice.path("type").asString("").equals("function")) {
      return named(choice.path("function").path("name"), functions);
    }
    return switch (choice.asString("")) {
      case "auto" -> new Auto();
      case "none" -> new None();
      case "required" -> {
        if (functions.isEmpty()) {
          throw new IllegalArgumentException(
              "tool_choice: expected tools that are required, found none");
        }
        yield new Required();
      }
      default ->
          throw JsonValues.refused(
              "tool_choice", "\"auto\", \"none\", \"required\" or a function", choice);
    };
  }

  private static Named named(JsonNode name, List<ToolFunction> functions) {
    return functions.stream()
        .filter(function -> name.isString() && function.name().equals(name.stringValue()))
        .findFirst()
        .map(Named::new)
        .orElseThrow(() ->
            JsonValues.refused(
                "tool_choice.function.name",
                functions.isEmpty()
                    ? "no function, since there are no tools"
                    : "one of "
                        + String.join(", ", functions.stream().map(ToolFunction::name).toList()),
                name));
  }
}
