package org.gta4j.grammar;

import java.util.List;
import java.util.Map;
import org.gta4j.grammar.Grammar.Edge;
import org.gta4j.grammar.Grammar.Graph;

/**
 * JSON as a grammar. Spaces and line breaks may stand where models write them, in runs of bounded
 * length; numbers have a bounded number of digits, strings any number of characters. A text may
 * begin with a space, as it does for models whose words do.
 *
 * <p>Not held to: that the keys of an object differ, and how deeply values are nested.
 */
public final class JsonGrammar {
  static final Grammar STRING = Grammar.rule("string");

  /** Of a string, and its end. */
  static final Grammar REST = Grammar.rule("rest");

  static final Grammar INTEGER = Grammar.rule("integer");
  static final Grammar NUMBER = Grammar.rule("number");
  static final Grammar VALUE = Grammar.rule("value");
  static final Grammar OBJECT = Grammar.rule("object");
  static final Grammar ARRAY = Grammar.rule("array");

  /** The rules that these names stand for. */
  static final Map<String, Grammar> RULES =
      Map.of(
          "string", JsonText.anyString(),
          "rest", JsonText.restOfString(),
          "integer", JsonText.anyInteger(),
          "number", JsonText.anyNumber(),
          "object", many("{}", Grammar.sequence(STRING, JsonText.COLON, VALUE)),
          "array", many("[]", VALUE),
          "value",
              Grammar.choice(
                  STRING,
                  NUMBER,
                  OBJECT,
                  ARRAY,
                  Grammar.literal("true"),
                  Grammar.literal("false"),
                  Grammar.literal("null")));

  private JsonGrammar() {}

  /** Any value. */
  public static Grammar anyJson() {
    return text(Grammar.rules(VALUE, RULES));
  }

  /** Any object. */
  public static Grammar anyObject() {
    return text(Grammar.rules(OBJECT, RULES));
  }

  /** A value that is a whole text. */
  static Grammar text(Grammar value) {
    return Grammar.sequence(Grammar.optional(Grammar.literal(" ")), value);
  }

  /** Any number of members between brackets. */
  private static Grammar many(String brackets, Grammar member) {
    String end = brackets.substring(1);
    return new Graph(
        4,
        List.of(
            new Edge(0, JsonText.open(brackets.substring(0, 1)), 1),
            new Edge(1, Grammar.literal(end), 3),
            new Edge(1, member, 2),
            new Edge(2, Grammar.sequence(JsonText.COMMA, member), 2),
            new Edge(2, JsonText.close(end), 3)),
        List.of(3));
  }
}
