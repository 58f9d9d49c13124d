package org.gta4j.ops.vector;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import org.gta4j.tensor.Tensor;

/**
 * Dot products of rows of weights with rows of activations, several of each at a time. Each product
 * is one vector of partial sums, added up across lanes at the end, whichever tile it is computed
 * in: its bits do not depend on the tile.
 */
final class LinearKernel {
  /** Rows of weights, that is outputs, in a tile. */
  static final int OUTPUTS = 4;

  private static final int ROWS = 4;

  private LinearKernel() {}

  /**
   * Computes {@code outputs} (at most {@link #OUTPUTS}) numbers of {@code rows} rows.
   *
   * @param w f32 weights; rows of {@code inputs} floats from {@code wByte} on
   * @param x activations; rows {@code xStride} bytes apart from {@code xByte} on
   * @param y results, likewise
   * @param bias added to output {@code o}: {@code bias[biasAt + o]}
   */
  static void tile(
      MemorySegment w,
      long wByte,
      int inputs,
      int outputs,
      MemorySegment x,
      long xByte,
      long xStride,
      MemorySegment y,
      long yByte,
      long yStride,
      float[] bias,
      int biasAt,
      int rows) {
    int row = 0;
    if (outputs == OUTPUTS) {
      for (; row + ROWS <= rows; row += ROWS) {
        fourByFour(
            w,
            wByte,
            inputs,
            x,
            xByte + row * xStride,
            xStride,
            y,
            yByte + row * yStride,
            yStride,
            bias,
            biasAt);
      }
      for (; row < rows; row++) {
        fourByOne(
            w, wByte, inputs, x, xByte + row * xStride, y, yByte + row * yStride, bias, biasAt);
      }
      return;
    }
    for (; row < rows; row++) {
      for (int o = 0; o < outputs; o++) {
        float dot =
            dot(w, wByte + (long) o * inputs * Float.BYTES, x, xByte + row * xStride, inputs);
        y.set(Tensor.FLOAT, yByte + row * yStride + (long) o * Float.BYTES, dot + bias[biasAt + o]);
      }
    }
  }

  private static float dot(MemorySegment w, long wByte, MemorySegment x, long xByte, int inputs) {
    FloatVector sum = FloatVector.zero(Lanes.FLOATS);
    int i = 0;
    for (; i <= inputs - Lanes.COUNT; i += Lanes.COUNT) {
      long at = (long) i * Float.BYTES;
      sum = Lanes.load(w, wByte + at).fma(Lanes.load(x, xByte + at), sum);
    }
    return Lanes.sum(sum) + tail(w, wByte, x, xByte, i, inputs);
  }

  /** The products that do not fill a vector. */
  private static float tail(
      MemorySegment w, long wByte, MemorySegment x, long xByte, int from, int inputs) {
    float sum = 0;
    for (int i = from; i < inputs; i++) {
      long at = (long) i * Float.BYTES;
      sum += w.get(Tensor.FLOAT, wByte + at) * x.get(Tensor.FLOAT, xByte + at);
    }
    return sum;
  }

  private static void fourByOne(
      MemorySegment w,
      long w0,
      int inputs,
      MemorySegment x,
      long xByte,
      MemorySegment y,
      long yByte,
      float[] bias,
      int biasAt) {
    long row = (long) inputs * Float.BYTES;
    long w1 = w0 + row;
    long w2 = w1 + row;
    long w3 = w2 + row;
    FloatVector s0 = FloatVector.zero(Lanes.FLOATS);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    int i = 0;
    for (; i <= inputs - Lanes.COUNT; i += Lanes.COUNT) {
      long at = (long) i * Float.BYTES;
      FloatVector v = Lanes.load(x, xByte + at);
      s0 = Lanes.load(w, w0 + at).fma(v, s0);
      s1 = Lanes.load(w, w1 + at).fma(v, s1);
      s2 = Lanes.load(w, w2 + at).fma(v, s2);
      s3 = Lanes.load(w, w3 + at).fma(v, s3);
    }
    finish(s0, w, w0, x, xByte, i, inputs, y, yByte, bias[biasAt]);
    finish(s1, w, w1, x, xByte, i, inputs, y, yByte + 4, bias[biasAt + 1]);
    finish(s2, w, w2, x, xByte, i, inputs, y, yByte + 8, bias[biasAt + 2]);
    finish(s3, w, w3, x, xByte, i, inputs, y, yByte + 12, bias[biasAt + 3]);
  }

  private static void finish(
      FloatVector sum,
      MemorySegment w,
      long wByte,
      MemorySegment x,
      long xByte,
      int from,
      int inputs,
      MemorySegment y,
      long yByte,
      float bias) {
    y.set(Tensor.FLOAT, yByte, Lanes.sum(sum) + tail(w, wByte, x, xByte, from, inputs) + bias);
  }

  private static void fourByFour(
      MemorySegment w,
      long w0,
      int inputs,
      MemorySegment x,
      long x0,
      long xStride,
      MemorySegment y,
      long yByte,
      long yStride,
      float[] bias,
      int biasAt) {
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
    int i = 0;
    for (; i <= inputs - Lanes.COUNT; i += Lanes.COUNT) {
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
    row(a0, a1, a2, a3, w, w0, x, x0, i, inputs, y, yByte, bias, biasAt);
    row(b0, b1, b2, b3, w, w0, x, x1, i, inputs, y, yByte + yStride, bias, biasAt);
    row(c0, c1, c2, c3, w, w0, x, x2, i, inputs, y, yByte + 2 * yStride, bias, biasAt);
    row(d0, d1, d2, d3, w, w0, x, x3, i, inputs, y, yByte + 3 * yStride, bias, biasAt);
  }

  private static void row(
      FloatVector s0,
      FloatVector s1,
      FloatVector s2,
      FloatVector s3,
      MemorySegment w,
      long w0,
      MemorySegment x,
      long xByte,
      int from,
      int inputs,
      MemorySegment y,
      long yByte,
      float[] bias,
      int biasAt) {
    long row = (long) inputs * Float.BYTES;
    finish(s0, w, w0, x, xByte, from, inputs, y, yByte, bias[biasAt]);
    finish(s1, w, w0 + row, x, xByte, from, inputs, y, yByte + 4, bias[biasAt + 1]);
    finish(s2, w, w0 + 2 * row, x, xByte, from, inputs, y, yByte + 8, bias[biasAt + 2]);
    finish(s3, w, w0 + 3 * row, x, xByte, from, inputs, y, yByte + 12, bias[biasAt + 3]);
  }
}
