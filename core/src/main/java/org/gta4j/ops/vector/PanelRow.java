package org.gta4j.ops.vector;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * One row of activations with one panel. Lanes are outputs: an input's numbers of all of them are
 * loaded, converted and multiplied by the same activation, so nothing is added across lanes. A
 * block's products are added in the order of its steps, beginning at 0; then the blocks' sums times
 * their scales, in their order, each followed by its minimum times the block's activations.
 *
 * <p>Of a byte's two numbers of 4 bits the upper one is taken where it lies, 16 times as large, and
 * its activation comes divided by 16: a shift less, and exact unless the quotient is subnormal.
 *
 * <p>A block's sum is formed before its scale is applied, so activations beyond about 1e34 may
 * overflow where the product with a scaled weight would not.
 *
 * <p>The loops over numbers are longer than what the compiler inlines (325 bytes), as they must be:
 * in a method with more vector code than this it stops inlining, and makes objects of vectors. So
 * sums go through an array, and scales are a second pass.
 */
final class PanelRow {
  private static final int VECTORS = PanelFormat.VECTORS;
  private static final int OUTPUTS = PanelFormat.OUTPUTS;
  private static final int INPUTS = PanelFormat.INPUTS;
  private static final int STEPS = PanelFormat.STEPS;
  private static final int LANES = Lanes.COUNT;

  private PanelRow() {}

  /**
   * Sums of every block, [blocks][outputs] in {@code sums}, for numbers of 4 bits.
   *
   * @param w panels, this one's first block at {@code at}, the next {@code step} bytes on
   * @param x activations, the second half of each block divided by 16
   */
  static void sumNibbles(
      MemorySegment w, long at, long step, int blocks, float[] x, int from, float[] sums) {
    for (int block = 0; block < blocks; block++) {
      FloatVector a = FloatVector.zero(Lanes.FLOATS);
      FloatVector b = FloatVector.zero(Lanes.FLOATS);
      FloatVector c = FloatVector.zero(Lanes.FLOATS);
      FloatVector d = FloatVector.zero(Lanes.FLOATS);
      long first = at + block * step;
      int u = from + block * INPUTS;
      for (int i = 0; i < STEPS; i++) {
        long p = first + (long) i * OUTPUTS;
        IntVector v0 = Nibbles.unsigned(w, p);
        IntVector v1 = Nibbles.unsigned(w, p + LANES);
        IntVector v2 = Nibbles.unsigned(w, p + 2L * LANES);
        IntVector v3 = Nibbles.unsigned(w, p + 3L * LANES);
        FloatVector low = Lanes.broadcast(x[u + i]);
        a = Nibbles.floats(Nibbles.low(v0)).fma(low, a);
        b = Nibbles.floats(Nibbles.low(v1)).fma(low, b);
        c = Nibbles.floats(Nibbles.low(v2)).fma(low, c);
        d = Nibbles.floats(Nibbles.low(v3)).fma(low, d);
        FloatVector high = Lanes.broadcast(x[u + STEPS + i]);
        a = Nibbles.floats(Nibbles.highInPlace(v0)).fma(high, a);
        b = Nibbles.floats(Nibbles.highInPlace(v1)).fma(high, b);
        c = Nibbles.floats(Nibbles.highInPlace(v2)).fma(high, c);
        d = Nibbles.floats(Nibbles.highInPlace(v3)).fma(high, d);
      }
      int to = block * OUTPUTS;
      a.intoArray(sums, to);
      b.intoArray(sums, to + LANES);
      c.intoArray(sums, to + 2 * LANES);
      d.intoArray(sums, to + 3 * LANES);
    }
  }

  /**
   * The same for numbers of 8 bits. One loop over all blocks' steps, which is faster here: it waits
   * for memory, and has no beginning and end a block.
   */
  static void sumBytes(
      MemorySegment w, long at, long step, int blocks, float[] x, int from, float[] sums) {
    FloatVector a = FloatVector.zero(Lanes.FLOATS);
    FloatVector b = FloatVector.zero(Lanes.FLOATS);
    FloatVector c = FloatVector.zero(Lanes.FLOATS);
    FloatVector d = FloatVector.zero(Lanes.FLOATS);
    long between = step - 2L * STEPS * OUTPUTS;
    for (int i = 0; i < blocks * STEPS; i++) {
      int block = i / STEPS;
      long p = at + 2L * i * OUTPUTS + block * between;
      int u = from + i + block * STEPS;
      FloatVector low = Lanes.broadcast(x[u]);
      a = Nibbles.floats(Nibbles.signed(w, p)).fma(low, a);
      b = Nibbles.floats(Nibbles.signed(w, p + LANES)).fma(low, b);
      c = Nibbles.floats(Nibbles.signed(w, p + 2L * LANES)).fma(low, c);
      d = Nibbles.floats(Nibbles.signed(w, p + 3L * LANES)).fma(low, d);
      FloatVector high = Lanes.broadcast(x[u + STEPS]);
      a = Nibbles.floats(Nibbles.signed(w, p + 4L * LANES)).fma(high, a);
      b = Nibbles.floats(Nibbles.signed(w, p + 5L * LANES)).fma(high, b);
      c = Nibbles.floats(Nibbles.signed(w, p + 6L * LANES)).fma(high, c);
      d = Nibbles.floats(Nibbles.signed(w, p + 7L * LANES)).fma(high, d);
      if (i % STEPS == STEPS - 1) {
        int to = block * OUTPUTS;
        a.intoArray(sums, to);
        b.intoArray(sums, to + LANES);
        c.intoArray(sums, to + 2 * LANES);
        d.intoArray(sums, to + 3 * LANES);
        a = FloatVector.zero(Lanes.FLOATS);
        b = FloatVector.zero(Lanes.FLOATS);
        c = FloatVector.zero(Lanes.FLOATS);
        d = FloatVector.zero(Lanes.FLOATS);
      }
    }
  }

  /**
   * Adds up the blocks' sums times their scales, which lie at {@code at}, the next block's {@code
   * step} bytes on: {@code results[output] = Σ scale · sum}.
   */
  static void scale(
      MemorySegment w, long at, long step, int blocks, float[] sums, float[] results) {
    for (int v = 0; v < VECTORS * LANES; v += 2 * LANES) {
      FloatVector a = FloatVector.zero(Lanes.FLOATS);
      FloatVector b = FloatVector.zero(Lanes.FLOATS);
      for (int block = 0; block < blocks; block++) {
        long p = at + block * step + 2L * v;
        int s = block * OUTPUTS + v;
        a = Lanes.halves(w, p).fma(Lanes.load(sums, s), a);
        b = Lanes.halves(w, p + 2L * LANES).fma(Lanes.load(sums, s + LANES), b);
      }
      a.intoArray(results, v);
      b.intoArray(results, v + LANES);
    }
  }

  /** {@code results[output] = Σ scale · sum + −8 · scale · x}, with all of a block's x added up. */
  static void scaleCentred(
      MemorySegment w,
      long at,
      long step,
      int blocks,
      float[] sums,
      float[] x,
      int from,
      float[] results) {
    for (int v = 0; v < VECTORS * LANES; v += 2 * LANES) {
      FloatVector a = FloatVector.zero(Lanes.FLOATS);
      FloatVector b = FloatVector.zero(Lanes.FLOATS);
      for (int block = 0; block < blocks; block++) {
        long p = at + block * step + 2L * v;
        int s = block * OUTPUTS + v;
        FloatVector u = Lanes.broadcast(x[from + block]);
        FloatVector scale = Lanes.halves(w, p);
        a = scale.fma(Lanes.load(sums, s), a);
        a = scale.mul(PanelTile.CENTRE).fma(u, a);
        scale = Lanes.halves(w, p + 2L * LANES);
        b = scale.fma(Lanes.load(sums, s + LANES), b);
        b = scale.mul(PanelTile.CENTRE).fma(u, b);
      }
      a.intoArray(results, v);
      b.intoArray(results, v + LANES);
    }
  }

  /** {@code results[output] = Σ scale · sum + minimum · x}, with all of a block's x added up. */
  static void scaleWithMinima(
      MemorySegment w,
      long at,
      long step,
      int blocks,
      float[] sums,
      float[] x,
      int from,
      float[] results) {
    for (int v = 0; v < VECTORS * LANES; v += 2 * LANES) {
      FloatVector a = FloatVector.zero(Lanes.FLOATS);
      FloatVector b = FloatVector.zero(Lanes.FLOATS);
      for (int block = 0; block < blocks; block++) {
        long p = at + block * step + 2L * v;
        int s = block * OUTPUTS + v;
        FloatVector u = Lanes.broadcast(x[from + block]);
        a = Lanes.halves(w, p).fma(Lanes.load(sums, s), a);
        a = Lanes.halves(w, p + 2L * OUTPUTS).fma(u, a);
        b = Lanes.halves(w, p + 2L * LANES).fma(Lanes.load(sums, s + LANES), b);
        b = Lanes.halves(w, p + 2L * OUTPUTS + 2L * LANES).fma(u, b);
      }
      a.intoArray(results, v);
      b.intoArray(results, v + LANES);
    }
  }
}
