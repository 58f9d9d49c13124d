package org.gta4j.template;

/**
 * A piece of a template's source.
 *
 * @param type what it is
 * @param text its text; of a string what it stands for
 * @param line where it is
 */
record Token(Type type, String text, int line) {
  /** What a token is. */
  enum Type {
    /** Text outside of tags. */
    DATA,
    EXPRESSION_BEGIN,
    EXPRESSION_END,
    STATEMENT_BEGIN,
    STATEMENT_END,
    NAME,
    STRING,
    INTEGER,
    FLOAT,
    OPERATOR,
    END
  }

  boolean is(Type other, String otherText) {
    return type == other && text.equals(otherText);
  }

  /** What it is, for people. */
  String describe() {
    return switch (type) {
      case END -> "the end of the template";
      case EXPRESSION_END, STATEMENT_END -> "the end of the tag";
      default -> "'" + (text.length() > 40 ? text.substring(0, 40) + "..." : text) + "'";
    };
  }
}
