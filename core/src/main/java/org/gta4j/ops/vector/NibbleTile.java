package org.gta4j.ops.vector;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.ShortVector;

/**
 * Several rows of {@link QuantizedInputs} with one block of 4-bit numbers, which are taken apart
 * once for all of them. Every result has the terms of {@link NibbleRow} in the same order, so it is
 * the same bits.
 */
final class NibbleTile {
  /** Rows that meet a block together: eight sums, which leave room in 16 registers. */
  static final int ROWS = 4;

  private static final int OUTPUTS = PanelFormat.OUTPUTS;
  private static final int STEPS = PanelFormat.STEPS;
  private static final int LANES = Lanes.COUNT;
  private static final int SHORTS = WholeLanes.COUNT;

  private NibbleTile() {}

  /** Takes a block's bytes apart into numbers [2 halves][steps][outputs]. */
  static void split(MemorySegment w, long at, short[] numbers) {
    for (int i = 0; i < STEPS; i++) {
      ShortVector four = WholeLanes.load(w, at + (long) i * OUTPUTS);
      WholeLanes.first(four).intoArray(numbers, i * OUTPUTS);
      WholeLanes.third(four).intoArray(numbers, i * OUTPUTS + SHORTS);
      WholeLanes.second(four).intoArray(numbers, (STEPS + i) * OUTPUTS);
      WholeLanes.fourth(four).intoArray(numbers, (STEPS + i) * OUTPUTS + SHORTS);
    }
  }

  /**
   * The sums of half a block, [{@link #ROWS}][2 halves][outputs] from {@code sumsAt} on.
   *
   * @param half 0 or 1
   * @param x the first row's activations of this half, each twice in an int; the next row's are
   *     {@code stride} on
   * @param starts what the first row's sums begin at; the next row's are {@code startStride} on
   */
  static void sum(
      short[] w,
      int half,
      int[] x,
      int x0,
      int stride,
      int[] starts,
      int start,
      int startStride,
      short[] sums,
      int sumsAt) {
    int x1 = x0 + stride;
    int x2 = x1 + stride;
    int x3 = x2 + stride;
    ShortVector a0 = ShortVector.zero(WholeLanes.SHORTS);
    ShortVector a1 = a0;
    ShortVector b0 = a0;
    ShortVector b1 = a0;
    ShortVector c0 = a0;
    ShortVector c1 = a0;
    ShortVector d0 = a0;
    ShortVector d1 = a0;
    int p = half * STEPS * OUTPUTS;
    for (int i = 0; i < STEPS; i++) {
      ShortVector v0 = WholeLanes.load(w, p + i * OUTPUTS);
      ShortVector v1 = WholeLanes.load(w, p + i * OUTPUTS + SHORTS);
      ShortVector u = WholeLanes.pairs(x[x0 + i]);
      a0 = v0.mul(u).add(a0);
      a1 = v1.mul(u).add(a1);
      u = WholeLanes.pairs(x[x1 + i]);
      b0 = v0.mul(u).add(b0);
      b1 = v1.mul(u).add(b1);
      u = WholeLanes.pairs(x[x2 + i]);
      c0 = v0.mul(u).add(c0);
      c1 = v1.mul(u).add(c1);
      u = WholeLanes.pairs(x[x3 + i]);
      d0 = v0.mul(u).add(d0);
      d1 = v1.mul(u).add(d1);
    }
    int to = sumsAt + half * OUTPUTS;
    ShortVector a = WholeLanes.pairs(starts[start]);
    a0.add(a).intoArray(sums, to);
    a1.add(a).intoArray(sums, to + SHORTS);
    ShortVector b = WholeLanes.pairs(starts[start + startStride]);
    b0.add(b).intoArray(sums, to + 2 * OUTPUTS);
    b1.add(b).intoArray(sums, to + 2 * OUTPUTS + SHORTS);
    ShortVector c = WholeLanes.pairs(starts[start + 2 * startStride]);
    c0.add(c).intoArray(sums, to + 4 * OUTPUTS);
    c1.add(c).intoArray(sums, to + 4 * OUTPUTS + SHORTS);
    ShortVector d = WholeLanes.pairs(starts[start + 3 * startStride]);
    d0.add(d).intoArray(sums, to + 6 * OUTPUTS);
    d1.add(d).intoArray(sums, to + 6 * OUTPUTS + SHORTS);
  }

  /**
   * {@code results += scale · (s₀ · Σ₀ + s₁ · Σ₁)} of so many rows, [rows][outputs].
   *
   * @param sums [rows][2 halves][outputs]
   * @param scales the block's, [outputs]
   * @param x the first row's scales of this block; the next row's are {@code stride} on
   */
  static void scale(
      short[] sums, float[] scales, float[] x, int from, int stride, int rows, float[] results) {
    for (int row = 0; row < rows; row++) {
      FloatVector first = Lanes.broadcast(x[from + row * stride]);
      FloatVector second = Lanes.broadcast(x[from + row * stride + 1]);
      int s = 2 * row * OUTPUTS;
      int r = row * OUTPUTS;
      for (int v = 0; v < OUTPUTS; v += LANES) {
        Lanes.load(scales, v)
            .fma(WholeLanes.scaled(sums, s + v, first, second), Lanes.load(results, r + v))
            .intoArray(results, r + v);
      }
    }
  }

  /**
   * The same, and {@code minimum} times what all of the block's inputs add up to.
   *
   * @param scales the block's, and its minima, [2][outputs]
   * @param all the first row's sum of this block; the next row's is {@code stride / 2} on
   */
  static void scaleWithMinima(
      short[] sums,
      float[] scales,
      float[] x,
      int from,
      int stride,
      float[] all,
      int rows,
      float[] results) {
    for (int row = 0; row < rows; row++) {
      FloatVector first = Lanes.broadcast(x[from + row * stride]);
      FloatVector second = Lanes.broadcast(x[from + row * stride + 1]);
      FloatVector whole = Lanes.broadcast(all[(from + row * stride) / 2]);
      int s = 2 * row * OUTPUTS;
      int r = row * OUTPUTS;
      for (int v = 0; v < OUTPUTS; v += LANES) {
        FloatVector least = Lanes.load(scales, OUTPUTS + v).mul(whole);
        Lanes.load(scales, v)
            .fma(WholeLanes.scaled(sums, s + v, first, second), least)
            .add(Lanes.load(results, r + v))
            .intoArray(results, r + v);
      }
    }
  }
}
