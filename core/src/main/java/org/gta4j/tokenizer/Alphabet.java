package org.gta4j.tokenizer;

/** The letters that a byte-pair vocabulary writes words with. Immutable. */
interface Alphabet {
  /**
   * The text as words are made of it.
   *
   * @param begins whether nothing stands before it that it belongs to
   */
  String normalize(String text, boolean begins);

  /** Adds the ids of a word's letters. */
  void letters(String word, Ids ids);

  /** The id of a whole word; −1 where it is no token. */
  int whole(String word);

  /** The bytes that a token which is not a control token stands for. */
  byte[] bytes(int id);
}
