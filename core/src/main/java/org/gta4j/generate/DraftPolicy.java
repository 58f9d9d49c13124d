package org.gta4j.generate;

/**
 * Decides how many tokens are proposed in a step. It may decide by anything, since proposals are
 * verified: what comes of a text does not depend on it.
 *
 * <p>Not thread-safe.
 */
interface DraftPolicy {
  /** More tokens are never proposed for a text. */
  int MOST = 15;

  /** A step begins in which so many texts decode, and no prompt is read. */
  void begin(int texts);

  /**
   * How many tokens to propose for a text.
   *
   * @param matched how many of its last tokens stood earlier in it, {@link PromptLookup#SHORTEST}
   *     to {@link PromptLookup#LONGEST}
   * @param most how many there is room for, up to {@link #MOST}
   * @return 0 to {@code most}
   */
  int draft(int matched, int most);

  /**
   * What came of a proposal in the step that was begun last.
   *
   * @param judged how many of its tokens were compared with the text's: fewer than proposed after
   *     one that was refused, and where the text ended
   * @param accepted how many of those it had: all, or all but the last
   */
  void verified(int matched, int judged, int accepted);

  /** The step that was begun last was computed, in so many nanoseconds. */
  void end(long nanos);
}
