package org.gta4j.answer;

import java.util.function.Supplier;
import org.gta4j.generate.TokenConstraint;
import org.gta4j.grammar.Grammar;
import org.gta4j.grammar.JsonGrammar;
import org.gta4j.grammar.JsonSchemaGrammar;
import tools.jackson.databind.JsonNode;

/**
 * What an answer's text may be.
 *
 * @param key tells it from others
 * @param grammar makes its grammar
 */
public record AnswerForm(String key, Supplier<Grammar> grammar) {
  /** Any JSON object. */
  public static AnswerForm anyObject() {
    return new AnswerForm("object", JsonGrammar::anyObject);
  }

  /** What is valid by a JSON schema. */
  public static AnswerForm schema(JsonNode schema) {
    return new AnswerForm("schema " + schema, () -> JsonSchemaGrammar.of(schema));
  }

  /**
   * What a record can be read from.
   *
   * @throws IllegalArgumentException as {@link RecordSchema#of}
   */
  public static AnswerForm of(Class<? extends Record> type) {
    return schema(RecordSchema.of(type));
  }

  /**
   * Holds answers to it.
   *
   * @throws org.gta4j.grammar.GrammarException if it cannot be enforced
   */
  public Supplier<TokenConstraint> constraint(Grammars grammars) {
    return grammars.constraint(key, grammar);
  }
}
