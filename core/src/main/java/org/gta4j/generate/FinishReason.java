package org.gta4j.generate;

import java.util.Locale;

/** Why an answer ended. */
public enum FinishReason {
  /** The model ended it, or a stop text came. */
  STOP,
  /** It reached its greatest length, or the context's end. */
  LENGTH,
  /** The caller gave it up. */
  CANCELLED,
  /** Computing it failed, or its listener did; what was thrown says why. */
  FAILED;

  /** The name in JSON. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
