package org.gta4j.cost;

/**
 * Bytes that a number takes, on the average where some share a scale.
 *
 * @param weights of a matrix
 * @param cache of a cached key or value
 * @param activations of what operations hand to each other
 */
public record NumberBytes(double weights, double cache, double activations) {
  /** 16 bits each. */
  public static final NumberBytes HALVES = new NumberBytes(2, 2, 2);
}
