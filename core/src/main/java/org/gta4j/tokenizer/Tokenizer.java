package org.gta4j.tokenizer;

/** Turns text into token ids, and token ids into text. */
public interface Tokenizer {
  /** How many tokens there are; ids go from 0 to this minus 1. */
  int size();

  /** The ids of a prompt: with what the model expects before a text, without what ends one. */
  int[] encode(String text);

  /** A decoder for one text, which gets its ids one by one. */
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
}
