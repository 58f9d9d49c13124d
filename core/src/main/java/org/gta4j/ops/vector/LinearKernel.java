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
 * loop already.
 */
final class LinearKernel {
  /** Rows of weights, that is outputs, in a tile. */
  static final int OUTPUTS = 4;

  /** Floats of scratch memory a tile needs for its partial sums. */
  static final int PARTIAL_FLOATS = 16 * 16;

  private static final int ROWS = 4;

  private static final long VECTOR_BYTES = (long) Lanes.COUNT * Float.BYTES;

  private LinearKernel() {}

  /**
   * What all tiles of one call have in common.
   *
   * @param w f32 weights, rows of {@code inputs} floats
   * @param inputs floats a row
   * @param x activations, rows {@code xStride} bytes apart
   * @param y results, rows {@code yStride} bytes apart
   * @param bias one number an output
   * @param partials scratch memory of {@link #PARTIAL_FLOATS}
   */
  record Operands(
      MemorySegment w,
      int inputs,
      MemorySegment x,
      long xStride,
      MemorySegment y,
      long yStride,
      float[] bias,
      MemorySegment partials) {}

  /**
   * Computes {@code outputs} (at most {@link #OUTPUTS}) numbers of {@code rows} rows.
   *
   * @param wByte where the first weights begin
   * @param biasAt the first output's bias
   * @param xByte where the first row of activations begins
   * @param yByte where the first result goes
   */
  static void tile(
      Operands o, long wByte, int outputs, int biasAt, long xByte, long yByte, int rows) {
    int row = 0;
    if (outputs == OUTPUTS) {
      for (; row + ROWS <= rows; row += ROWS) {
        fourByFour(
            o.w(), wByte, o.inputs(), o.x(), xByte + row * o.xStride(), o.xStride(), o.partials());
        finish(
            o, wByte, OUTPUTS, biasAt, xByte + row * o.xStride(), yByte + row * o.yStride(), ROWS);
      }
      for (; row < rows; row++) {
        fourByOne(o.w(), wByte, o.inputs(), o.x(), xByte + row * o.xStride(), o.partials());
        finish(o, wByte, OUTPUTS, biasAt, xByte + row * o.xStride(), yByte + row * o.yStride(), 1);
      }
      return;
    }
    for (; row < rows; row++) {
      for (int output = 0; output < outputs; output++) {
        long w = wByte + (long) output * o.inputs() * Float.BYTES;
        long y = yByte + row * o.yStride() + (long) output * Float.BYTES;
        oneByOne(o.w(), w, o.inputs(), o.x(), xByte + row * o.xStride(), o.partials());
        finish(o, w, 1, biasAt + output, xByte + row * o.xStride(), y, 1);
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
  private static void finish(
      Operands o, long wByte, int outputs, int biasAt, long xByte, long yByte, int rows) {
    int from = whole(o.inputs());
    for (int row = 0; row < rows; row++) {
      for (int output = 0; output < outputs; output++) {
        FloatVector partial = Lanes.load(o.partials(), (row * outputs + output) * VECTOR_BYTES);
        float sum = Lanes.sum(partial);
        if (from < o.inputs()) {
          sum +=
              tail(
                  o,
                  wByte + (long) output * o.inputs() * Float.BYTES,
                  xByte + row * o.xStride(),
                  from);
        }
        o.y()
            .set(
                Tensor.FLOAT,
                yByte + row * o.yStride() + (long) output * Float.BYTES,
                sum + o.bias()[biasAt + output]);
      }
    }
  }

  private static float tail(Operands o, long wByte, long xByte, int from) {
    float sum = 0;
    for (int i = from; i < o.inputs(); i++) {
      long at = (long) i * Float.BYTES;
      sum += o.w().get(Tensor.FLOAT, wByte + at) * o.x().get(Tensor.FLOAT, xByte + at);
    }
    return sum;
  }

  private static void oneByOne(
      MemorySegment w,
      long wByte,
      int inputs,
      MemorySegment x,
      long xByte,
      MemorySegment partials) {
    Lanes.guard(w, wByte);
    FloatVector sum = FloatVector.zero(Lanes.FLOATS);
    for (int i = 0; i < whole(inputs); i += Lanes.COUNT) {
      long at = (long) i * Float.BYTES;
      sum = Lanes.load(w, wByte + at).fma(Lanes.load(x, xByte + at), sum);
    }
    Lanes.store(sum, partials, 0);
  }

  private static void fourByOne(
      MemorySegment w, long w0, int inputs, MemorySegment x, long xByte, MemorySegment partials) {
    Lanes.guard(w, w0);
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
    Lanes.store(s0, partials, 0);
    Lanes.store(s1, partials, VECTOR_BYTES);
    Lanes.store(s2, partials, 2 * VECTOR_BYTES);
    Lanes.store(s3, partials, 3 * VECTOR_BYTES);
  }

  private static void fourByFour(
      MemorySegment w,
      long w0,
      int inputs,
      MemorySegment x,
      long x0,
      long xStride,
      MemorySegment partials) {
    Lanes.guard(w, w0);
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
    Lanes.store(a0, partials, 0);
    Lanes.store(a1, partials, VECTOR_BYTES);
    Lanes.store(a2, partials, 2 * VECTOR_BYTES);
    Lanes.store(a3, partials, 3 * VECTOR_BYTES);
    Lanes.store(b0, partials, 4 * VECTOR_BYTES);
    Lanes.store(b1, partials, 5 * VECTOR_BYTES);
    Lanes.store(b2, partials, 6 * VECTOR_BYTES);
    Lanes.store(b3, partials, 7 * VECTOR_BYTES);
    Lanes.store(c0, partials, 8 * VECTOR_BYTES);
    Lanes.store(c1, partials, 9 * VECTOR_BYTES);
    Lanes.store(c2, partials, 10 * VECTOR_BYTES);
    Lanes.store(c3, partials, 11 * VECTOR_BYTES);
    Lanes.store(d0, partials, 12 * VECTOR_BYTES);
    Lanes.store(d1, partials, 13 * VECTOR_BYTES);
    Lanes.store(d2, partials, 14 * VECTOR_BYTES);
    Lanes.store(d3, partials, 15 * VECTOR_BYTES);
  }
}
