package org.gta4j.chat.tools;

/**
 * Reads calls in one notation, from behind what they begin with. Where it fails between two calls,
 * the calls are over.
 */
interface CallReader {
  /**
   * The next character.
   *
   * @return {@link Step#BEFORE} if a call was closed before it; the reader wants it once more
   */
  Step accept(char c);

  /**
   * The answer is over.
   *
   * @return whether all that was read belongs to calls that are complete
   */
  boolean end();
}
