package org.gta4j.cost;

import java.util.Locale;

/** What attention sends through memory. */
public enum AttentionTraffic {
  /**
   * Every score is written and read again, before the softmax and after it, and scores that a mask
   * hides are computed like the others: what the paper's prediction of speed assumes.
   */
  UNFUSED,

  /**
   * Queries, results and the cache alone, and only pairs that the mask shows are computed, as
   * engines do it that know FlashAttention.
   */
  FUSED;

  /** The name people write: {@code fused}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
