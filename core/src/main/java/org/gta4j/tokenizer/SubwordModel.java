package org.gta4j.tokenizer;

/** Splits ordinary text into tokens. Immutable. */
interface SubwordModel {
  /**
   * Adds the ids of a text that has no sought token in it.
   *
   * @param begins whether nothing stands before it that it belongs to
   * @param ends whether nothing stands behind it
   */
  void encode(String text, boolean begins, boolean ends, Ids ids);

  /** The bytes that a token which is not a control token stands for. */
  byte[] bytes(int id);
}
