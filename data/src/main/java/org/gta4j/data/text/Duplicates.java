package org.gta4j.data.text;

import java.io.Serializable;

/** What becomes of documents that were there before. */
public sealed interface Duplicates extends Serializable {
  /** They stay. */
  record Kept() implements Duplicates {}

  /** Those that are equal to an earlier one are removed. */
  record Exact() implements Duplicates {}

  /**
   * Those that are equal to an earlier one are removed, and then those that share most of their
   * {@link Shingles} with an earlier one of the rest, whether that one stays or not.
   *
   * @param similarity from which share on: common shingles of all that two documents have, above 0
   *     to 1
   */
  record Near(double similarity) implements Duplicates {
    /** Checks the share. */
    public Near {
      if (!(similarity > 0 && similarity <= 1)) {
        throw new IllegalArgumentException(
            "similarity: expected a share above 0 and up to 1, found " + similarity);
      }
    }
  }
}
