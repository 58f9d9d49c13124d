package org.gta4j.cost;

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
 */
public record Operation(
    String name,
    Kind kind,
    double count,
    double weightBytes,
    double cacheBytes,
    double activationBytes) {
  /** Kinds of operations. */
  public enum Kind {
    /** Products of activations and weights. */
    LINEAR,
    /** Products of queries and keys, of maps and values. */
    ATTENTION,
    /** What is done to each number by itself, or to each row. */
    ELEMENTWISE
  }

  /** Everything that is read and written. */
  public double bytes() {
    return weightBytes + cacheBytes + activationBytes;
  }

  /** The same one that often, as one. */
  Operation times(long times) {
    return new Operation(
        name,
        kind,
        count * times,
        weightBytes * times,
        cacheBytes * times,
        activationBytes * times);
  }
}
