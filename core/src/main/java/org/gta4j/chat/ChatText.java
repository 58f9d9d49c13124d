package org.gta4j.chat;

import org.gta4j.tokenizer.ControlTokens;
import org.gta4j.tokenizer.Tokenizer;

/**
 * A conversation as one text, with what is a control token in it.
 *
 * @param text the text
 * @param control where the name of a control token is that token: everywhere, or only where the
 *     template wrote it and no message did
 */
public record ChatText(String text, ControlTokens control) {
  /** The ids. The template has put everything there that the model expects before a text. */
  public int[] encode(Tokenizer tokenizer) {
    return tokenizer.encode(text, Tokenizer.Framing.NONE, control);
  }
}
