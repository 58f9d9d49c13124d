package org.gta4j.tokenizer;

import java.util.List;
import java.util.OptionalInt;

/**
 * Turns text into token ids, and token ids into text. Safe for use by several threads; a decoder is
 * one thread's.
 */
public interface Tokenizer {
  /** What stands before a text's own ids. */
  enum Framing {
    /** What the model expects before a prompt, such as a token that begins texts. */
    PROMPT,
    /** Nothing: the text has it already, as one made by a chat template, or is a part of one. */
    NONE
  }

  /** How many tokens there are; ids go from 0 to this minus 1. */
  int size();

  /**
   * The ids of a text.
   *
   * @param control where control tokens written in the text are control tokens
   */
  int[] encode(String text, Framing framing, ControlTokens control);

  /**
   * The ids of a prompt: with what the model expects before a text, without what ends one; control
   * tokens that are written in it are control tokens.
   */
  default int[] encode(String text) {
    return encode(text, Framing.PROMPT, ControlTokens.PARSED);
  }

  /**
   * A decoder for one text, which gets its ids one by one. Control tokens have no text for it, and
   * a space that encoding put before the text is taken away again.
   */
  TokenDecoder decoder();

  /** The text of whole ids. */
  default String decode(int... ids) {
    TokenDecoder decoder = decoder();
    StringBuilder text = new StringBuilder();
    for (int id : ids) {
      text.append(decoder.next(id));
    }
    return text.append(decoder.end()).toString();
  }

  /**
   * The UTF-8 bytes that an id stands for within a text, perhaps a part of a character; none for a
   * control token.
   *
   * @throws IllegalArgumentException if the id is out of range
   */
  byte[] bytes(int id);

  /**
   * What the vocabulary calls an id, such as {@code <|im_end|>}: not always the text it stands for.
   *
   * @throws IllegalArgumentException if the id is out of range
   */
  String name(int id);

  /** The id of a name, where there is one. */
  OptionalInt id(String name);

  /** The names of all tokens that steer the model. */
  List<String> controlTokens();

  /** Whether an id steers the model instead of standing for text. */
  boolean isControl(int id);

  /** The id that begins texts, where there is one, whether or not prompts get it. */
  OptionalInt begin();

  /** The id that ends texts, where there is one. */
  OptionalInt end();

  /** The error that an id is beyond the vocabulary. */
  static IllegalArgumentException outOfRange(int id, int size) {
    return new IllegalArgumentException(
        "token id %d is out of range: there are %d tokens".formatted(id, size));
  }
}
