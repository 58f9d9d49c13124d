package org.gta4j.generate;

/**
 * What one text may be continued with, token by token: a grammar's state, say.
 *
 * <p>Not thread-safe; belongs to one text.
 */
public interface TokenConstraint {
  /**
   * Sets the logits of all tokens that may not come next to negative infinity. At least one token
   * is left: where the text can neither go on nor end, the text was complete before.
   *
   * @param logits one number a token; tokens that end a text are left where the text may end here
   */
  void restrict(float[] logits);

  /**
   * Whether {@link #restrict} takes no long time now; if it would, what takes long begins to be
   * done in another thread. A text can wait for that, where others would have to wait with it
   * otherwise.
   */
  default boolean isReady() {
    return true;
  }

  /**
   * Takes note of the token that came, one of those that {@link #restrict} has left.
   *
   * @throws IllegalArgumentException if it may not come here
   */
  void accept(int id);

  /** Whether nothing but the end can follow, so that asking for another token is needless. */
  boolean isComplete();
}
