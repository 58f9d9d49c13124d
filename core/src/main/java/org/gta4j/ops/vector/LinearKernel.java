package org.gta4j.ops.vector;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import org.gta4j.tensor.DType;
import org.gta4j.tensor.Tensor;

/**
 * Dot products of rows of weights with rows of activations, several of each at a time. Each product
 * is one vector of partial sums, added up across lanes at the end, whichever tile it is computed
 * in: its bits do not depend on the tile.
 *
 * <p>All numbers are in arrays while they are computed with, and rows filled up with zeros to whole
 * vectors: the compiler moves the checks of an array's bounds out of a loop, and leaves those of a
 * memory segment inside, which costs a factor of three.
 *
 * <p>The partial sums go through an array on their way from the loop to the sum across lanes: a
 * vector that is handed to a method which the compiler does not inline becomes an object, in the
 * loop already.
 *
 * <p>Not thread-safe: each worker has its own.
 */
final class LinearKernel {
  /** Rows of weights, that is outputs, in a tile. */
  static final int OUTPUTS = TileWeights.OUTPUTS;

  /** Rows of activations that meet a tile's weights together. */
  static final int ROWS = 4;

  private final float[] partials = new float[ROWS * OUTPUTS * Lanes.COUNT];
  private final TileWeights weights;
  private int inputs;
  private int width;
  private float[] x = new float[0];
  private int rows;

  // Which activations x holds.
  private long operation = -1;
  private int head;
  private int firstRow;

  /** A worker's own. */
  LinearKernel(Scratch scratch) {
    weights = new TileWeights(scratch);
  }

  /** Sets the weights that tiles are taken of: rows of {@code rowInputs} numbers. */
  void weights(DType dtype, MemorySegment source, int rowInputs) {
    inputs = rowInputs;
    width = Math.ceilDiv(rowInputs, Lanes.COUNT) * Lanes.COUNT;
    weights.begin(dtype, source, inputs, width);
  }

  /**
   * Whether the activations of that operation, head and block of rows are here; if not, they are
   * what {@link #activations} is called with next.
   */
  boolean has(long wanted, int wantedHead, int wantedRow) {
    boolean here = wanted == operation && wantedHead == head && wantedRow == firstRow;
    operation = wanted;
    head = wantedHead;
    firstRow = wantedRow;
    return here;
  }

  /** Copies {@code count} rows of activations, {@code stride} bytes apart. */
  void activations(MemorySegment source, long from, long stride, int count) {
    int floats = Math.multiplyExact(count, width);
    if (x.length < floats) {
      x = new float[floats];
    }
    for (int row = 0; row < count; row++) {
      MemorySegment.copy(source, Tensor.FLOAT, from + row * stride, x, row * width, inputs);
      Arrays.fill(x, row * width + inputs, (row + 1) * width, 0f);
    }
    rows = count;
  }

  /**
   * Computes {@code outputs} numbers of every row.
   *
   * @param from where the first weights begin, in bytes
   * @param rowBytes bytes of weights an output has
   * @param y where results go, rows {@code stride} bytes apart, the first of them to {@code to}
   * @param bias one number an output, the first of them at {@code biasAt}; or as many as a tile has
   *     outputs, all the same, if {@code shared}
   */
  void outputs(
      long from,
      long rowBytes,
      int outputs,
      MemorySegment y,
      long to,
      long stride,
      float[] bias,
      int biasAt,
      boolean shared) {
    for (int first = 0; first < outputs; first += OUTPUTS) {
      int tile = Math.min(OUTPUTS, outputs - first);
      weights.copy(from + first * rowBytes, tile);
      tile(tile, y, to + (long) first * Float.BYTES, stride, bias, shared ? 0 : biasAt + first);
    }
  }

  private void tile(int outputs, MemorySegment y, long to, long stride, float[] bias, int biasAt) {
    if (rows < ROWS && weights.hasKernel()) {
      for (int row = 0; row < rows; row++) {
        weights.multiply(x, row * width, partials);
        finish(outputs, y, to + row * stride, stride, 1, bias, biasAt);
      }
      return;
    }
    float[] w = weights.widen();
    int row = 0;
    for (; row + ROWS <= rows; row += ROWS) {
      fourByFour(w, width, x, row * width, partials);
      finish(outputs, y, to + row * stride, stride, ROWS, bias, biasAt);
    }
    for (; row < rows; row++) {
      fourByOne(w, width, x, row * width, partials);
      finish(outputs, y, to + row * stride, stride, 1, bias, biasAt);
    }
  }

  /** Adds up the partial sums [rows][{@link #OUTPUTS}][lanes] and the bias. */
  private void finish(
      int outputs, MemorySegment y, long to, long stride, int count, float[] bias, int biasAt) {
    for (int row = 0; row < count; row++) {
      for (int output = 0; output < outputs; output++) {
        float sum = Lanes.sum(partials, (row * OUTPUTS + output) * Lanes.COUNT);
        long at = to + row * stride + (long) output * Float.BYTES;
        y.set(Tensor.FLOAT, at, sum + bias[biasAt + output]);
      }
    }
  }

  private static void fourByOne(float[] w, int width, float[] x, int from, float[] partials) {
    int w1 = width;
    int w2 = w1 + width;
    int w3 = w2 + width;
    FloatVector s0 = FloatVector.zero(Lanes.FLOATS);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    for (int i = 0; i < width; i += Lanes.COUNT) {
      FloatVector v = Lanes.load(x, from + i);
      s0 = Lanes.load(w, i).fma(v, s0);
      s1 = Lanes.load(w, w1 + i).fma(v, s1);
      s2 = Lanes.load(w, w2 + i).fma(v, s2);
      s3 = Lanes.load(w, w3 + i).fma(v, s3);
    }
    s0.intoArray(partials, 0);
    s1.intoArray(partials, Lanes.COUNT);
    s2.intoArray(partials, 2 * Lanes.COUNT);
    s3.intoArray(partials, 3 * Lanes.COUNT);
  }

  private static void fourByFour(float[] w, int width, float[] x, int x0, float[] partials) {
    int w1 = width;
    int w2 = w1 + width;
    int w3 = w2 + width;
    int x1 = x0 + width;
    int x2 = x1 + width;
    int x3 = x2 + width;
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
    for (int i = 0; i < width; i += Lanes.COUNT) {
      FloatVector v0 = Lanes.load(w, i);
      FloatVector v1 = Lanes.load(w, w1 + i);
      FloatVector v2 = Lanes.load(w, w2 + i);
      FloatVector v3 = Lanes.load(w, w3 + i);
      FloatVector u = Lanes.load(x, x0 + i);
      a0 = v0.fma(u, a0);
      a1 = v1.fma(u, a1);
      a2 = v2.fma(u, a2);
      a3 = v3.fma(u, a3);
      u = Lanes.load(x, x1 + i);
      b0 = v0.fma(u, b0);
      b1 = v1.fma(u, b1);
      b2 = v2.fma(u, b2);
      b3 = v3.fma(u, b3);
      u = Lanes.load(x, x2 + i);
      c0 = v0.fma(u, c0);
      c1 = v1.fma(u, c1);
      c2 = v2.fma(u, c2);
      c3 = v3.fma(u, c3);
      u = Lanes.load(x, x3 + i);
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
