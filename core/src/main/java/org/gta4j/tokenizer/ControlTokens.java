package org.gta4j.tokenizer;

/**
 * Says where in a text the name of a control token, such as {@code <|im_end|>}, is that token and
 * not the letters it is written with.
 */
@FunctionalInterface
public interface ControlTokens {
  /** Everywhere. */
  ControlTokens PARSED = begin -> true;

  /** Nowhere: all of the text is ordinary text. */
  ControlTokens ESCAPED = begin -> false;

  /** Whether a name that begins at this {@code char} of the text is a control token. */
  boolean isParsedAt(int begin);
}
