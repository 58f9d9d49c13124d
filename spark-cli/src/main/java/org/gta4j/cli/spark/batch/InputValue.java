package org.gta4j.cli.spark.batch;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.node.StringNode;

/**
 * A value of a line.
 *
 * @param kind what it is, as JSON's grammar calls it
 * @param text of a text its characters, of a number how it is written, else nothing
 */
record InputValue(String kind, String text) {
  private static final String OBJECT = "OBJECT";
  private static final String STRING = "STRING";
  private static final String NUMBER = "NUMBER";

  /** Where there is none. */
  static final InputValue MISSING = new InputValue("no such field", "");

  /** The value that begins at a token where a parser stands. */
  static InputValue at(@Nullable JsonToken token, JsonParser parser) {
    if (token == null) {
      return new InputValue("nothing", "");
    }
    return switch (token) {
      case VALUE_STRING -> new InputValue(STRING, whole(parser.getString()));
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> new InputValue(NUMBER, parser.getString());
      case START_OBJECT -> new InputValue(OBJECT, "");
      case START_ARRAY -> new InputValue("ARRAY", "");
      case VALUE_TRUE, VALUE_FALSE -> new InputValue("BOOLEAN", "");
      case VALUE_NULL -> new InputValue("NULL", "");
      default -> throw new IllegalStateException("a value cannot begin with " + token);
    };
  }

  /**
   * A text as a dataset's would be: halves of characters, which JSON can say, are question marks.
   */
  private static String whole(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
      }
    }
    return text;
  }

  boolean isObject() {
    return kind.equals(OBJECT);
  }

  boolean isText() {
    return kind.equals(STRING);
  }

  boolean isNumber() {
    return kind.equals(NUMBER);
  }

  /** A text or number as JSON. */
  String json() {
    return isNumber() ? text : StringNode.valueOf(text).toString();
  }
}
