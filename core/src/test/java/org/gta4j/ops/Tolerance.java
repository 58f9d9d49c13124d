package org.gta4j.ops;

import org.gta4j.cache.CacheType;
import org.gta4j.tensor.DType;

/**
 * How far an implementation of the operations may be from the specification, by element type and
 * length: said here and nowhere else.
 *
 * <p>All bounds are absolute, and relative to a magnitude: what the result would be if nothing
 * cancelled. One rounding to f32 costs at most half a unit in the last place; a sum of {@code n}
 * terms in any order some {@code √n} of them (its worst case, {@code n}, takes terms made for it).
 */
public final class Tolerance {
  private static final double ROUNDING = 0x1p-24;

  /** Below this numbers have fewer bits, and an opening of a gate is as good as closed. */
  private static final double SMALLEST_NORMAL = 0x1p-126;

  /** The exponential's error in roundings, and those of the few operations around it. */
  private static final double EXPONENTIAL = 12;

  private Tolerance() {}

  /**
   * A dot product with {@code length} weights.
   *
   * @param weights their type: all are widened to f32 exactly, so that none costs more than another
   * @param magnitude the sum of the terms' absolute values
   */
  public static double dot(DType weights, int length, double magnitude) {
    double roundings =
        switch (weights) {
          case F32, F16, BF16, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q4_K, Q5_K, Q6_K ->
              4 + 2 * Math.sqrt(length);
          default ->
              throw new IllegalArgumentException("no tolerance for weights of type " + weights);
        };
    return ROUNDING * roundings * magnitude + length * Float.MIN_VALUE;
  }

  /** The norm of {@code length} numbers; {@code magnitude} is the result's absolute value. */
  public static double norm(int length, double magnitude) {
    return ROUNDING * (6 + Math.sqrt(length)) * magnitude + Float.MIN_VALUE;
  }

  /** A turn; {@code magnitude} is the sum of the two numbers' absolute values. */
  public static double rotation(double magnitude) {
    return ROUNDING * 3 * magnitude + 2 * Float.MIN_VALUE;
  }

  /**
   * A gate that is opened by a sigmoid. One that is as good as closed may be closed, but not more
   * open than it should be: a far negative number times what is left of it would be seen.
   *
   * @param result the result's absolute value
   * @param gate what the sigmoid is of
   * @param open what the result's absolute value would be with the gate open
   */
  public static double gate(double result, double gate, double open) {
    double opening = Math.min(SMALLEST_NORMAL, Math.exp(gate));
    return ROUNDING * EXPONENTIAL * result + opening * open + Float.MIN_VALUE;
  }

  /**
   * Attention to {@code tokens} cached tokens. An error of a score is an error of its weight, in
   * proportion to that.
   *
   * @param cache the cache's type: both read the same numbers, and the specification widens them
   *     exactly
   * @param keyDim terms of a score
   * @param scores the largest of the scores if nothing cancelled
   * @param values the largest of the values' absolute values
   */
  public static double attention(
      CacheType cache, int keyDim, int tokens, double scores, double values) {
    double score =
        switch (cache) {
          // A scale costs one rounding wherever it is multiplied with, and each has one.
          case F32, F16, BF16, Q8 -> (4 + 2 * Math.sqrt(keyDim)) * scores;
        };
    double weights =
        Math.expm1(2 * ROUNDING * score) + ROUNDING * (2 * EXPONENTIAL + 2 * Math.sqrt(tokens));
    return Math.min(weights, 2) * values + tokens * Float.MIN_VALUE;
  }
}
