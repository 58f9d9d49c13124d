package org.gta4j.attention;

/** Where the rows that attention maps weight are kept. */
public enum ValueRows {
  /** The cache keeps value rows beside the key rows. */
  OWN,
  /**
   * A value row is the first part of its key row, kept once. Absorbed multi-head latent attention:
   * the key is latent and rope part, the value is the latent.
   */
  KEY_PREFIX
}
