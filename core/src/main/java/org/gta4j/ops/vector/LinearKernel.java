package org.gta4j.ops.vector;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import org.gta4j.tensor.Tensor;

/**
 * Dot products of rows of weights with rows of activations, several of each at a time. Each product
 * is one vector of partial sums, added up across lanes at the end, whichever tile it is computed
 * in: its bits do not depend on the tile.
 *
 * <p>The partial sums go through memory on their way from the loop to the sum across lanes: a
 * vector that is handed to a method which the compiler does not inline becomes an object, in the
 * loop already. That memory is an array: sixteen stores to a memory segment are more code than the
 * compiler inlines into one method, and then the last ones are such methods.
 *
 * <p>Not thread-safe: each worker has its own.
 */
final class LinearKernel {
  /** Rows of weights, that is outputs, in a tile. */
  static final int OUTPUTS = 4;

  private static final int PARTIAL_FLOATS = 16 * 16;

  private static final int ROWS = 4;

  private final float[] partials = new float[PARTIAL_FLOATS];
  private MemorySegment w = MemorySegment.NULL;
  private int inputs;
  private MemorySegment x = MemorySegment.NULL;
  private long xStride;
  private MemorySegment y = MemorySegment.NULL;
  private long yStride;
  private float[] bias = new float[0];

  /** A worker's own. */
  LinearKernel() {}

  /**
   * Sets what all tiles of an item have in common.
   *
   * @param weights f32 weights, rows of {@code width} floats
   * @param width floats a row
   * @param activations rows {@code activationStride} bytes apart
   * @param results rows {@code resultStride} bytes apart
   * @param biases one number an output
   */
  void begin(
      MemorySegment weights,
      int width,
      MemorySegment activations,
      long activationStride,
      MemorySegment results,
      long resultStride,
      float[] biases) {
    w = weights;
    inputs = width;
    x = activations;
    xStride = activationStride;
    y = results;
    yStride = resultStride;
    bias = biases;
  }

  /**
   * Computes {@code outputs} (at most {@link #OUTPUTS}) numbers of {@code rows} rows.
   *
   * @param wByte where the first weights begin
   * @param biasAt the first output's bias
   * @param xByte where the first row of activations begins
   * @param yByte where the first result goes
   */
  void tile(long wByte, int outputs, int biasAt, long xByte, long yByte, int rows) {
    int row = 0;
    if (outputs == OUTPUTS) {
      for (; row + ROWS <= rows; row += ROWS) {
        fourByFour(w, wByte, inputs, x, xByte + row * xStride, xStride, partials);
        finish(wByte, OUTPUTS, biasAt, xByte + row * xStride, yByte + row * yStride, ROWS);
      }
      for (; row < rows; row++) {
        fourByOne(w, wByte, inputs, x, xByte + row * xStride, partials);
        finish(wByte, OUTPUTS, biasAt, xByte + row * xStride, yByte + row * yStride, 1);
      }
      return;
    }
    for (; row < rows; row++) {
      for (int output = 0; output < outputs; output++) {
        long at = wByte + (long) output * inputs * Float.BYTES;
        long to = yByte + row * yStride + (long) output * Float.BYTES;
        oneByOne(w, at, inputs, x, xByte + row * xStride, partials);
        finish(at, 1, biasAt + output, xByte + row * xStride, to, 1);
      }
    }
  }

  /** How many inputs fill whole vectors. */
  private static int whole(int inputs) {
    return inputs - inputs % Lanes.COUNT;
  }

  /**
   * Adds up the partial sums [rows][outputs][lanes], the inputs that fill no vector, and the bias.
   */
  private void finish(long wByte, int outputs, int biasAt, long xByte, long yByte, int rows) {
    int from = whole(inputs);
    for (int row = 0; row < rows; row++) {
      for (int output = 0; output < outputs; output++) {
        float sum = Lanes.sum(partials, (row * outputs + output) * Lanes.COUNT);
        if (from < inputs) {
          long at = wByte + (long) output * inputs * Float.BYTES;
          sum += tail(w, at, x, xByte + row * xStride, from, inputs);
        }
        long to = yByte + row * yStride + (long) output * Float.BYTES;
        y.set(Tensor.FLOAT, to, sum + bias[biasAt + output]);
      }
    }
  }

  private static float tail(
      MemorySegment w, long wByte, MemorySegment x, long xByte, int from, int inputs) {
    float sum = 0;
    for (int i = from; i < inputs; i++) {
      long at = (long) i * Float.BYTES;
      sum += w.get(Tensor.FLOAT, wByte + at) * x.get(Tensor.FLOAT, xByte + at);
    }
    return sum;
  }

  private static void oneByOne(
      MemorySegment w, long wByte, int inputs, MemorySegment x, long xByte, float[] partials) {
    FloatVector sum = FloatVector.zero(Lanes.FLOATS);
    for (int i = 0; i < whole(inputs); i += Lanes.COUNT) {
      long at = (long) i * Float.BYTES;
      sum = Lanes.load(w, wByte + at).fma(Lanes.load(x, xByte + at), sum);
    }
    sum.intoArray(partials, 0);
  }

  private static void fourByOne(
      MemorySegment w, long w0, int inputs, MemorySegment x, long xByte, float[] partials) {
    long row = (long) inputs * Float.BYTES;
    long w1 = w0 + row;
    long w2 = w1 + row;
    long w3 = w2 + row;
    FloatVector s0 = FloatVector.zero(Lanes.FLOATS);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    for (int i = 0; i < whole(inputs); i += Lanes.COUNT) {
      long at = (long) i * Float.BYTES;
      FloatVector v = Lanes.load(x, xByte + at);
      s0 = Lanes.load(w, w0 + at).fma(v, s0);
      s1 = Lanes.load(w, w1 + at).fma(v, s1);
      s2 = Lanes.load(w, w2 + at).fma(v, s2);
      s3 = Lanes.load(w, w3 + at).fma(v, s3);
    }
    s0.intoArray(partials, 0);
    s1.intoArray(partials, Lanes.COUNT);
    s2.intoArray(partials, 2 * Lanes.COUNT);
    s3.intoArray(partials, 3 * Lanes.COUNT);
  }

  private static void fourByFour(
      MemorySegment w,
      long w0,
      int inputs,
      MemorySegment x,
      long x0,
      long xStride,
      float[] partials) {
    long row = (long) inputs * Float.BYTES;
    long w1 = w0 + row;
    long w2 = w1 + row;
    long w3 = w2 + row;
    long x1 = x0 + xStride;
    long x2 = x1 + xStride;
    long x3 = x2 + xStride;
    FloatVector zero = FloatVector.zero(Lanes.FLOATS);
    FloatVector a0 = zero;
    FloatVector a1 = zero;
    FloatVector a2 = zero;
    FloatVector a3 = zero;
    FloatVector b0 = zero;
    FloatVector b1 = zero;
    FloatVector b2 = zero;
    FloatVector b3 = zero;
    FloatVector c0 = zero;
    FloatVector c1 = zero;
    FloatVector c2 = zero;
    FloatVector c3 = zero;
    FloatVector d0 = zero;
    FloatVector d1 = zero;
    FloatVector d2 = zero;
    FloatVector d3 = zero;
    for (int i = 0; i < whole(inputs); i += Lanes.COUNT) {
      long at = (long) i * Float.BYTES;
      FloatVector v0 = Lanes.load(w, w0 + at);
      FloatVector v1 = Lanes.load(w, w1 + at);
      FloatVector v2 = Lanes.load(w, w2 + at);
      FloatVector v3 = Lanes.load(w, w3 + at);
      FloatVector u = Lanes.load(x, x0 + at);
      a0 = v0.fma(u, a0);
      a1 = v1.fma(u, a1);
      a2 = v2.fma(u, a2);
      a3 = v3.fma(u, a3);
      u = Lanes.load(x, x1 + at);
      b0 = v0.fma(u, b0);
      b1 = v1.fma(u, b1);
      b2 = v2.fma(u, b2);
      b3 = v3.fma(u, b3);
      u = Lanes.load(x, x2 + at);
      c0 = v0.fma(u, c0);
      c1 = v1.fma(u, c1);
      c2 = v2.fma(u, c2);
      c3 = v3.fma(u, c3);
      u = Lanes.load(x, x3 + at);
      d0 = v0.fma(u, d0);
      d1 = v1.fma(u, d1);
      d2 = v2.fma(u, d2);
      d3 = v3.fma(u, d3);
    }
    a0.intoArray(partials, 0);
    a1.intoArray(partials, Lanes.COUNT);
    a2.intoArray(partials, 2 * Lanes.COUNT);
    a3.intoArray(partials, 3 * Lanes.COUNT);
    b0.intoArray(partials, 4 * Lanes.COUNT);
    b1.intoArray(partials, 5 * Lanes.COUNT);
    b2.intoArray(partials, 6 * Lanes.COUNT);
    b3.intoArray(partials, 7 * Lanes.COUNT);
    c0.intoArray(partials, 8 * Lanes.COUNT);
    c1.intoArray(partials, 9 * Lanes.COUNT);
    c2.intoArray(partials, 10 * Lanes.COUNT);
    c3.intoArray(partials, 11 * Lanes.COUNT);
    d0.intoArray(partials, 12 * Lanes.COUNT);
    d1.intoArray(partials, 13 * Lanes.COUNT);
    d2.intoArray(partials, 14 * Lanes.COUNT);
    d3.intoArray(partials, 15 * Lanes.COUNT);
  }
}
