package org.gta4j.generate;

/**
 * Whether tokens are proposed by looking up what followed the same words earlier in the text, and
 * verified several in one step ("prompt lookup decoding"). Either way the same tokens come: only
 * the time differs.
 */
public enum Speculation {
  /** Wherever it pays, as measured while the text is continued. */
  AUTO,
  /** Never: a token a step. */
  OFF
}
