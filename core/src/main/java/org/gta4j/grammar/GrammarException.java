package org.gta4j.grammar;

/**
 * A grammar that cannot be held to: a schema that asks for what a grammar cannot enforce, one that
 * is too large, one that no text fits.
 */
public final class GrammarException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  /** An error in one sentence. */
  public GrammarException(String message) {
    super(message);
  }

  /**
   * What is wrong in a schema.
   *
   * @param pointer the place, as a JSON pointer; empty at the root
   * @param found what is there
   * @param supported what could be there instead
   */
  static GrammarException inSchema(String pointer, String found, String supported) {
    return new GrammarException(
        "JSON schema at \"%s\": %s; supported: %s"
            .formatted(pointer.isEmpty() ? "#" : "#" + pointer, shortened(found), supported));
  }

  private static String shortened(String text) {
    return text.length() <= 200 ? text : text.substring(0, 200) + "…";
  }
}
