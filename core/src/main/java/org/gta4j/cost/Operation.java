package org.gta4j.cost;

import org.gta4j.attention.AttentionShape;

/**
 * One operation of a step: what it computes, and what it reads and writes when nothing of it is
 * kept from one operation to the next.
 *
 * @param name what people call it
 * @param kind which of a machine's units it needs
 * @param count arithmetic operations, two a multiply-add
 * @param weightBytes read, of weights
 * @param cacheBytes read, of the cache
 * @param activationBytes read and written, of everything else
 * @param times how often it is started for that
 */
public record Operation(
    String name,
    Kind kind,
    double count,
    double weightBytes,
    double cacheBytes,
    double activationBytes,
    long times) {
  /** Kinds of operations. */
  public enum Kind {
    /** Products of activations and weights. */
    LINEAR,
    /** Products of queries and keys, of maps and values. */
    ATTENTION,
    /** What is done to each number by itself, or to each row. */
    ELEMENTWISE
  }

  /**
   * Arithmetic operations of all maps for a pair of tokens: two products, and five of a softmax.
   */
  public static double attentionCount(AttentionShape shape) {
    return 2.0 * shape.multiplyAddsPerPair() + 5.0 * shape.maps();
  }

  /** Everything that is read and written. */
  public double bytes() {
    return weightBytes + cacheBytes + activationBytes;
  }

  /** The same one that often, as one. */
  Operation repeated(long often) {
    return new Operation(
        name,
        kind,
        count * often,
        weightBytes * often,
        cacheBytes * often,
        activationBytes * often,
        times * often);
  }
}
