package org.gta4j.ops.vector;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.ShortVector;

/**
 * One row of {@link QuantizedInputs} with one panel of 4-bit numbers, in whole numbers of 16 bits:
 * 16 products of 0 … 15 and −127 … 127 add up to 30 480 at most. So a half of a block is exact, and
 * what follows is done in f32, in the order of the blocks: {@code result += scale · (s₀ · Σ₀ + s₁ ·
 * Σ₁)} with the halves' own scales s, then the minimum times what the block's inputs add up to. Of
 * a centred number 8 is to be subtracted; the sums begin there instead, 8 times their inputs below
 * 0.
 *
 * <p>Twice as many numbers fit into a vector as floats, none is converted, and their scales come
 * once in 16.
 */
final class NibbleRow {
  private static final int OUTPUTS = PanelFormat.OUTPUTS;
  private static final int INPUTS = PanelFormat.INPUTS;
  private static final int STEPS = PanelFormat.STEPS;
  private static final int LANES = Lanes.COUNT;
  private static final int SHORTS = WholeLanes.COUNT;

  private NibbleRow() {}

  /**
   * The sums of both halves of every block, [blocks][2][outputs].
   *
   * @param w panels, this one's first block at {@code at}, the next {@code step} bytes on
   * @param numbers each twice in an int, the row's from {@code from} on
   * @param starts what the row's sums begin at, from {@code start} on
   */
  static void sum(
      MemorySegment w,
      long at,
      long step,
      int blocks,
      int[] numbers,
      int from,
      int[] starts,
      int start,
      short[] sums) {
    for (int block = 0; block < blocks; block++) {
      ShortVector a = ShortVector.zero(WholeLanes.SHORTS);
      ShortVector b = a;
      ShortVector c = a;
      ShortVector d = a;
      long p = at + block * step;
      int u = from + block * INPUTS;
      for (int i = 0; i < STEPS; i++) {
        ShortVector four = WholeLanes.load(w, p + (long) i * OUTPUTS);
        ShortVector low = WholeLanes.pairs(numbers[u + i]);
        a = WholeLanes.first(four).mul(low).add(a);
        b = WholeLanes.third(four).mul(low).add(b);
        ShortVector high = WholeLanes.pairs(numbers[u + STEPS + i]);
        c = WholeLanes.second(four).mul(high).add(c);
        d = WholeLanes.fourth(four).mul(high).add(d);
      }
      int to = 2 * block * OUTPUTS;
      ShortVector first = WholeLanes.pairs(starts[start + 2 * block]);
      a.add(first).intoArray(sums, to);
      b.add(first).intoArray(sums, to + SHORTS);
      ShortVector second = WholeLanes.pairs(starts[start + 2 * block + 1]);
      c.add(second).intoArray(sums, to + OUTPUTS);
      d.add(second).intoArray(sums, to + OUTPUTS + SHORTS);
    }
  }

  /**
   * Adds up the blocks' sums times their scales, of numbers without minima.
   *
   * @param w panels, the first block's scales at {@code at}, the next block's {@code step} on
   * @param x the inputs' scales, from {@code from} on
   */
  static void scale(
      MemorySegment w,
      long at,
      long step,
      int blocks,
      short[] sums,
      float[] x,
      int from,
      float[] results) {
    for (int v = 0; v < OUTPUTS; v += 2 * LANES) {
      FloatVector a = FloatVector.zero(Lanes.FLOATS);
      FloatVector b = FloatVector.zero(Lanes.FLOATS);
      for (int block = 0; block < blocks; block++) {
        long p = at + block * step + 2L * v;
        int s = 2 * block * OUTPUTS + v;
        FloatVector first = Lanes.broadcast(x[from + 2 * block]);
        FloatVector second = Lanes.broadcast(x[from + 2 * block + 1]);
        a = Lanes.halves(w, p).fma(WholeLanes.scaled(sums, s, first, second), a);
        b =
            Lanes.halves(w, p + 2L * LANES)
                .fma(WholeLanes.scaled(sums, s + LANES, first, second), b);
      }
      a.intoArray(results, v);
      b.intoArray(results, v + LANES);
    }
  }

  /**
   * The same with minima. A block's part is complete before it is added, so that blocks wait for
   * one addition and not for two.
   *
   * @param all what each block's inputs add up to, from {@code allFrom} on
   */
  static void scaleWithMinima(
      MemorySegment w,
      long at,
      long step,
      int blocks,
      short[] sums,
      float[] x,
      int from,
      float[] all,
      int allFrom,
      float[] results) {
    for (int v = 0; v < OUTPUTS; v += LANES) {
      FloatVector a = FloatVector.zero(Lanes.FLOATS);
      for (int block = 0; block < blocks; block++) {
        long p = at + block * step + 2L * v;
        int s = 2 * block * OUTPUTS + v;
        FloatVector first = Lanes.broadcast(x[from + 2 * block]);
        FloatVector second = Lanes.broadcast(x[from + 2 * block + 1]);
        FloatVector least =
            Lanes.halves(w, p + 2L * OUTPUTS).mul(Lanes.broadcast(all[allFrom + block]));
        a = Lanes.halves(w, p).fma(WholeLanes.scaled(sums, s, first, second), least).add(a);
      }
      a.intoArray(results, v);
    }
  }
}
