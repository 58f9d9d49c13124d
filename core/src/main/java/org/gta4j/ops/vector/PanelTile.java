package org.gta4j.ops.vector;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * Several rows of activations with one block of a panel, whose numbers are widened once for all of
 * them. Every sum has the terms of {@link PanelRow} in the same order, so it is the same bits.
 */
final class PanelTile {
  /** What is added to a number of 4 bits that has no minimum, in scales. */
  static final FloatVector CENTRE = Lanes.broadcast(-8);

  /** Sixteen sums beside five other vectors need the 32 registers that come with 512 bits. */
  private static final boolean MANY_REGISTERS = Lanes.COUNT >= 16;

  /** Rows that meet a block together. */
  static final int ROWS = MANY_REGISTERS ? 4 : 6;

  private static final int OUTPUTS = PanelFormat.OUTPUTS;
  private static final int STEPS = PanelFormat.STEPS;
  private static final int LANES = Lanes.COUNT;

  private PanelTile() {}

  /** Widens a block's numbers to [steps][2][outputs]. */
  static void widen(PanelFormat format, MemorySegment w, long at, float[] numbers) {
    if (format.isNibbles()) {
      for (int i = 0; i < STEPS; i++) {
        for (int v = 0; v < OUTPUTS; v += LANES) {
          IntVector both = Nibbles.unsigned(w, at + (long) i * OUTPUTS + v);
          Nibbles.floats(Nibbles.low(both)).intoArray(numbers, 2 * i * OUTPUTS + v);
          Nibbles.floats(Nibbles.highInPlace(both)).intoArray(numbers, (2 * i + 1) * OUTPUTS + v);
        }
      }
    } else {
      for (int i = 0; i < 2 * STEPS * OUTPUTS; i += LANES) {
        Nibbles.floats(Nibbles.signed(w, at + i)).intoArray(numbers, i);
      }
    }
  }

  /** A block's scales, and then its minima where its format has any. */
  static void scales(PanelFormat format, MemorySegment w, long at, float[] scales) {
    int count = format.hasMinima() ? 2 * OUTPUTS : OUTPUTS;
    for (int i = 0; i < count; i += LANES) {
      Lanes.halves(w, at + 2L * i).intoArray(scales, i);
    }
    if (format == PanelFormat.NIBBLES_CENTRED) {
      for (int i = 0; i < OUTPUTS; i += LANES) {
        Lanes.load(scales, i).mul(CENTRE).intoArray(scales, OUTPUTS + i);
      }
    }
  }

  /**
   * The block's sums, [{@link #ROWS}][outputs]; a row's activations of this block are {@code
   * stride} floats from the row's before.
   */
  static void sum(float[] numbers, float[] x, int from, int stride, float[] sums) {
    if (MANY_REGISTERS) {
      fourByFour(numbers, x, from, stride, sums);
    } else {
      sixByTwo(numbers, 0, x, from, stride, sums);
      sixByTwo(numbers, 2 * LANES, x, from, stride, sums);
    }
  }

  /** {@code results += scale · sum}. */
  static void scale(float[] sums, float[] scales, float[] results, int to) {
    for (int row = 0; row < ROWS * OUTPUTS; row += OUTPUTS) {
      for (int v = 0; v < OUTPUTS; v += LANES) {
        FloatVector before = Lanes.load(results, to + row + v);
        Lanes.load(scales, v)
            .fma(Lanes.load(sums, row + v), before)
            .intoArray(results, to + row + v);
      }
    }
  }

  /**
   * {@code results += scale · sum + minimum · x}, with all of the block's x added up, {@code
   * stride} floats from row to row.
   */
  static void scaleWithMinima(
      float[] sums, float[] scales, float[] x, int from, int stride, float[] results, int to) {
    for (int row = 0; row < ROWS; row++) {
      FloatVector u = Lanes.broadcast(x[from + row * stride]);
      int s = row * OUTPUTS;
      for (int v = 0; v < OUTPUTS; v += LANES) {
        FloatVector before = Lanes.load(results, to + s + v);
        FloatVector scaled = Lanes.load(scales, v).fma(Lanes.load(sums, s + v), before);
        Lanes.load(scales, OUTPUTS + v).fma(u, scaled).intoArray(results, to + s + v);
      }
    }
  }

  /** A step of one input at a time: two would be more vector code than the compiler inlines. */
  private static void sixByTwo(float[] w, int column, float[] x, int x0, int stride, float[] sums) {
    int x1 = x0 + stride;
    int x2 = x1 + stride;
    int x3 = x2 + stride;
    int x4 = x3 + stride;
    int x5 = x4 + stride;
    FloatVector a0 = FloatVector.zero(Lanes.FLOATS);
    FloatVector a1 = a0;
    FloatVector b0 = a0;
    FloatVector b1 = a0;
    FloatVector c0 = a0;
    FloatVector c1 = a0;
    FloatVector d0 = a0;
    FloatVector d1 = a0;
    FloatVector e0 = a0;
    FloatVector e1 = a0;
    FloatVector f0 = a0;
    FloatVector f1 = a0;
    for (int i = 0; i < 2 * STEPS; i++) {
      int p = i * OUTPUTS + column;
      int half = (i >> 1) + (i & 1) * STEPS;
      FloatVector v0 = Lanes.load(w, p);
      FloatVector v1 = Lanes.load(w, p + LANES);
      FloatVector u = Lanes.broadcast(x[x0 + half]);
      a0 = v0.fma(u, a0);
      a1 = v1.fma(u, a1);
      u = Lanes.broadcast(x[x1 + half]);
      b0 = v0.fma(u, b0);
      b1 = v1.fma(u, b1);
      u = Lanes.broadcast(x[x2 + half]);
      c0 = v0.fma(u, c0);
      c1 = v1.fma(u, c1);
      u = Lanes.broadcast(x[x3 + half]);
      d0 = v0.fma(u, d0);
      d1 = v1.fma(u, d1);
      u = Lanes.broadcast(x[x4 + half]);
      e0 = v0.fma(u, e0);
      e1 = v1.fma(u, e1);
      u = Lanes.broadcast(x[x5 + half]);
      f0 = v0.fma(u, f0);
      f1 = v1.fma(u, f1);
    }
    a0.intoArray(sums, column);
    a1.intoArray(sums, column + LANES);
    b0.intoArray(sums, column + OUTPUTS);
    b1.intoArray(sums, column + OUTPUTS + LANES);
    c0.intoArray(sums, column + 2 * OUTPUTS);
    c1.intoArray(sums, column + 2 * OUTPUTS + LANES);
    d0.intoArray(sums, column + 3 * OUTPUTS);
    d1.intoArray(sums, column + 3 * OUTPUTS + LANES);
    e0.intoArray(sums, column + 4 * OUTPUTS);
    e1.intoArray(sums, column + 4 * OUTPUTS + LANES);
    f0.intoArray(sums, column + 5 * OUTPUTS);
    f1.intoArray(sums, column + 5 * OUTPUTS + LANES);
  }

  private static void fourByFour(float[] w, float[] x, int x0, int stride, float[] sums) {
    int x1 = x0 + stride;
    int x2 = x1 + stride;
    int x3 = x2 + stride;
    FloatVector a0 = FloatVector.zero(Lanes.FLOATS);
    FloatVector a1 = a0;
    FloatVector a2 = a0;
    FloatVector a3 = a0;
    FloatVector b0 = a0;
    FloatVector b1 = a0;
    FloatVector b2 = a0;
    FloatVector b3 = a0;
    FloatVector c0 = a0;
    FloatVector c1 = a0;
    FloatVector c2 = a0;
    FloatVector c3 = a0;
    FloatVector d0 = a0;
    FloatVector d1 = a0;
    FloatVector d2 = a0;
    FloatVector d3 = a0;
    for (int i = 0; i < STEPS; i++) {
      int p = 2 * i * OUTPUTS;
      FloatVector v0 = Lanes.load(w, p);
      FloatVector v1 = Lanes.load(w, p + LANES);
      FloatVector v2 = Lanes.load(w, p + 2 * LANES);
      FloatVector v3 = Lanes.load(w, p + 3 * LANES);
      FloatVector u = Lanes.broadcast(x[x0 + i]);
      a0 = v0.fma(u, a0);
      a1 = v1.fma(u, a1);
      a2 = v2.fma(u, a2);
      a3 = v3.fma(u, a3);
      u = Lanes.broadcast(x[x1 + i]);
      b0 = v0.fma(u, b0);
      b1 = v1.fma(u, b1);
      b2 = v2.fma(u, b2);
      b3 = v3.fma(u, b3);
      u = Lanes.broadcast(x[x2 + i]);
      c0 = v0.fma(u, c0);
      c1 = v1.fma(u, c1);
      c2 = v2.fma(u, c2);
      c3 = v3.fma(u, c3);
      u = Lanes.broadcast(x[x3 + i]);
      d0 = v0.fma(u, d0);
      d1 = v1.fma(u, d1);
      d2 = v2.fma(u, d2);
      d3 = v3.fma(u, d3);
      p += OUTPUTS;
      v0 = Lanes.load(w, p);
      v1 = Lanes.load(w, p + LANES);
      v2 = Lanes.load(w, p + 2 * LANES);
      v3 = Lanes.load(w, p + 3 * LANES);
      u = Lanes.broadcast(x[x0 + STEPS + i]);
      a0 = v0.fma(u, a0);
      a1 = v1.fma(u, a1);
      a2 = v2.fma(u, a2);
      a3 = v3.fma(u, a3);
      u = Lanes.broadcast(x[x1 + STEPS + i]);
      b0 = v0.fma(u, b0);
      b1 = v1.fma(u, b1);
      b2 = v2.fma(u, b2);
      b3 = v3.fma(u, b3);
      u = Lanes.broadcast(x[x2 + STEPS + i]);
      c0 = v0.fma(u, c0);
      c1 = v1.fma(u, c1);
      c2 = v2.fma(u, c2);
      c3 = v3.fma(u, c3);
      u = Lanes.broadcast(x[x3 + STEPS + i]);
      d0 = v0.fma(u, d0);
      d1 = v1.fma(u, d1);
      d2 = v2.fma(u, d2);
      d3 = v3.fma(u, d3);
    }
    a0.intoArray(sums, 0);
    a1.intoArray(sums, LANES);
    a2.intoArray(sums, 2 * LANES);
    a3.intoArray(sums, 3 * LANES);
    b0.intoArray(sums, 4 * LANES);
    b1.intoArray(sums, 5 * LANES);
    b2.intoArray(sums, 6 * LANES);
    b3.intoArray(sums, 7 * LANES);
    c0.intoArray(sums, 8 * LANES);
    c1.intoArray(sums, 9 * LANES);
    c2.intoArray(sums, 10 * LANES);
    c3.intoArray(sums, 11 * LANES);
    d0.intoArray(sums, 12 * LANES);
    d1.intoArray(sums, 13 * LANES);
    d2.intoArray(sums, 14 * LANES);
    d3.intoArray(sums, 15 * LANES);
  }
}
