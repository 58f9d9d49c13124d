package org.gta4j.chat.tools;

/** Takes what a reader finds out about a call. */
interface CallSink {
  /** The function's name. */
  void name(String name);

  /** Whether a function of this name was offered to the model. */
  boolean isOffered(String name);

  /** The next characters of the arguments' JSON object. */
  void arguments(String text);

  /**
   * The call is complete. One without arguments has an empty object of them.
   *
   * @return false if it has no name, and so is none
   */
  boolean close();

  /** All that was read so far, with the present character, belongs to calls that are complete. */
  void settle();
}
