package org.gta4j.grammar;

import tools.jackson.databind.JsonNode;

/**
 * The JSON texts that are valid for a JSON schema (draft 2020-12, and what draft 7 writes
 * otherwise).
 *
 * <p>Every text of the grammar is valid for the schema. Not every valid text is one of the grammar:
 *
 * <ul>
 *   <li>properties are written in the schema's order; those that it does not mention, where {@code
 *       additionalProperties} speaks of them, and behind the others;
 *   <li>a schema without {@code type} that has something to say about objects, say, means objects;
 *   <li>items behind those that a schema names are written where it speaks of them;
 *   <li>numbers have few digits, those with bounds no exponent; whole numbers have no fraction;
 *   <li>where a string has a pattern, a format or a length, its characters are escaped only where
 *       they must be.
 * </ul>
 *
 * <p>What would change which values are valid and cannot be held to is refused, and so is what is
 * not known.
 */
public final class JsonSchemaGrammar {
  /** Some thousand fields: compiling them takes some seconds at most. */
  private static final int MOST_CHARACTERS = 1 << 18;

  private JsonSchemaGrammar() {}

  /**
   * The grammar of a schema.
   *
   * @throws GrammarException if the schema is wrong, too large, or asks for what a grammar cannot
   *     enforce; it names the place, what is there and what could be
   */
  public static Grammar of(JsonNode schema) {
    int length = schema.toString().length();
    if (length > MOST_CHARACTERS) {
      throw new GrammarException(
          "a schema of %d characters (at most %d)".formatted(length, MOST_CHARACTERS));
    }
    return JsonGrammar.text(new SchemaWriter(new SchemaReader(schema)).write());
  }
}
