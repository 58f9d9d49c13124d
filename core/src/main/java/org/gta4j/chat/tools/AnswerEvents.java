package org.gta4j.chat.tools;

/**
 * What is found in an answer, in its order. Concatenated, the pieces do not depend on how the
 * answer's text was cut; no piece is empty or ends within a character.
 */
public interface AnswerEvents {
  /** Why a call that began is none. */
  enum Fault {
    /** The answer ended within it. */
    TRUNCATED,
    /** It goes on in a way that no call does. */
    MALFORMED
  }

  /** The next piece of what the model thinks before it answers. */
  void reasoning(String text);

  /** The next piece of the answer's text: certainly no call, and no part of one's mark. */
  void content(String text);

  /**
   * A call begins.
   *
   * @param index its number in the answer, from 0
   * @param name the function's, which may be one that was not offered
   */
  void callBegan(int index, String name);

  /** The next piece of a call's arguments; together they are the text of a JSON object. */
  void argumentsPiece(int index, String text);

  /** A call is complete, and so are its arguments. */
  void callEnded(int index);

  /**
   * A call that began is none after all. What is malformed before its arguments began is content
   * instead.
   *
   * @param index its number; the next call has the next one
   * @param text all that the model wrote of it, with its mark: what would have been content
   */
  void callBroken(int index, Fault fault, String text);
}
