package org.gta4j.attention;

/** Which earlier tokens a token may look at; never later ones. */
public sealed interface AttentionMask {
  /**
   * The first position that a query at {@code position} sees; it sees all from there to its own.
   */
  int firstVisible(int position);

  /** Every token up to the query's own. */
  record Causal() implements AttentionMask {
    @Override
    public int firstVisible(int position) {
      return 0;
    }
  }

  /**
   * The last {@code window} tokens, the query's own among them, as in Mistral: key {@code j} is
   * seen by query {@code i} where {@code i - window < j ≤ i}.
   *
   * @param window how many tokens are seen; at least 1
   */
  record SlidingWindow(int window) implements AttentionMask {
    /** Checks the window. */
    public SlidingWindow {
      if (window < 1) {
        throw new IllegalArgumentException(
            "a sliding window must be at least 1 token wide, found " + window);
      }
    }

    @Override
    public int firstVisible(int position) {
      return Math.max(0, position - window + 1);
    }
  }
}
