package org.gta4j.chat.tools;

import java.util.List;
import tools.jackson.databind.JsonNode;

/**
 * How an answer that is nothing but calls is written, for decoding that is held to it: {@code
 * begin}, then calls with {@code between} between them, then {@code end}. The parts of {@code call}
 * are one function's; the other lists are the same for every function of a format.
 *
 * @param begin before the first call
 * @param call one call of the function
 * @param between between two calls
 * @param end behind the last call
 * @param isSeveral whether the notation has room for more than one call
 */
public record CallShape(
    List<Part> begin, List<Part> call, List<Part> between, List<Part> end, boolean isSeveral) {

  /** A piece of a call's text. */
  public sealed interface Part {}

  /** Exactly this text. */
  public record Literal(String text) implements Part {}

  /**
   * The token of this name where the tokenizer has one that is a control token, and otherwise its
   * letters: a control token has no text of its own.
   */
  public record Marker(String name) implements Part {}

  /** A JSON value by a schema: all arguments of a function, or one of them. */
  public record JsonValue(JsonNode schema) implements Part {}

  /** Any text in which this one does not occur; it follows as the next part. */
  public record TextBefore(String end) implements Part {}

  /** These parts or nothing. */
  public record Perhaps(List<Part> parts) implements Part {
    /** Copies the list. */
    public Perhaps {
      parts = List.copyOf(parts);
    }
  }

  /** Copies the lists. */
  public CallShape {
    begin = List.copyOf(begin);
    call = List.copyOf(call);
    between = List.copyOf(between);
    end = List.copyOf(end);
  }
}
