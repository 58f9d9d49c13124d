package org.gta4j.cli.spark.batch;

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
      case VALUE_STRING -> new InputValue(STRING, parser.getString());
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> new InputValue(NUMBER, parser.getString());
      case START_OBJECT -> new InputValue(OBJECT, "");
      case START_ARRAY -> new InputValue("ARRAY", "");
      case VALUE_TRUE, VALUE_FALSE -> new InputValue("BOOLEAN", "");
      case VALUE_NULL -> new InputValue("NULL", "");
      default -> throw new IllegalStateException("a value cannot begin with " + token);
    };
  }

  /** Whether a text has no half of a character, which JSON can say and UTF-8 cannot. */
  boolean isWhole() {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isHighSurrogate(c)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        i++;
      } else if (Character.isSurrogate(c)) {
        return false;
      }
    }
    return true;
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
