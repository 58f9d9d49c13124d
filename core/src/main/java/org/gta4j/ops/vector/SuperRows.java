package org.gta4j.ops.vector;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import org.gta4j.tensor.DType;
import org.gta4j.tensor.block.SuperBlocks;

/**
 * Widens the blocks of 256 numbers that {@link SuperBlocks} specifies to f32, bit for bit as it
 * says.
 */
final class SuperRows {
  private static final int PART = SuperBlocks.PART;
  private static final long PART_BYTES = (long) PART * Float.BYTES;

  private SuperRows() {}

  /** Widens {@code blocks} blocks of type {@code dtype}. */
  static void widen(
      DType dtype,
      MemorySegment source,
      long sourceByte,
      MemorySegment target,
      long targetByte,
      int blocks) {
    for (int block = 0; block < blocks; block++) {
      long from = sourceByte + (long) block * dtype.blockBytes();
      long to = targetByte + (long) block * SuperBlocks.ELEMENTS * Float.BYTES;
      switch (dtype) {
        case Q4_K -> q4k(source, from, target, to);
        case Q5_K -> q5k(source, from, target, to);
        case Q6_K -> q6k(source, from, target, to);
        default -> throw new IllegalArgumentException("no blocks of 256 numbers: " + dtype);
      }
    }
  }

  private static void q4k(MemorySegment source, long from, MemorySegment target, long to) {
    for (int part = 0; part < 8; part += 2) {
      float d0 = SuperBlocks.scale(source, from, part);
      float m0 = SuperBlocks.minimum(source, from, part);
      float d1 = SuperBlocks.scale(source, from, part + 1);
      float m1 = SuperBlocks.minimum(source, from, part + 1);
      long bits = from + SuperBlocks.Q4_BITS + (long) part / 2 * PART;
      for (int i = 0; i < PART; i += Lanes.COUNT) {
        IntVector both = Nibbles.unsigned(source, bits + i);
        long at = to + part * PART_BYTES + (long) i * Float.BYTES;
        Lanes.store(Nibbles.floats(Nibbles.low(both)).mul(d0).sub(m0), target, at);
        Lanes.store(Nibbles.floats(Nibbles.high(both)).mul(d1).sub(m1), target, at + PART_BYTES);
      }
    }
  }

  private static void q5k(MemorySegment source, long from, MemorySegment target, long to) {
    for (int part = 0; part < 8; part += 2) {
      float d0 = SuperBlocks.scale(source, from, part);
      float m0 = SuperBlocks.minimum(source, from, part);
      float d1 = SuperBlocks.scale(source, from, part + 1);
      float m1 = SuperBlocks.minimum(source, from, part + 1);
      long bits = from + SuperBlocks.Q5_BITS + (long) part / 2 * PART;
      for (int i = 0; i < PART; i += Lanes.COUNT) {
        IntVector both = Nibbles.unsigned(source, bits + i);
        IntVector fifth = Nibbles.unsigned(source, from + SuperBlocks.Q5_HIGH + i);
        long at = to + part * PART_BYTES + (long) i * Float.BYTES;
        IntVector low = Nibbles.low(both).or(bits(fifth, part, 1));
        IntVector high = Nibbles.high(both).or(bits(fifth, part + 1, 1));
        Lanes.store(Nibbles.floats(low).mul(d0).sub(m0), target, at);
        Lanes.store(Nibbles.floats(high).mul(d1).sub(m1), target, at + PART_BYTES);
      }
    }
  }

  private static void q6k(MemorySegment source, long from, MemorySegment target, long to) {
    for (int half = 0; half < 2; half++) {
      long lows = from + half * 64L;
      long highs = from + SuperBlocks.Q6_HIGH + half * 32L;
      for (int i = 0; i < PART; i += Lanes.COUNT) {
        IntVector first = Nibbles.unsigned(source, lows + i);
        IntVector second = Nibbles.unsigned(source, lows + PART + i);
        IntVector high = Nibbles.unsigned(source, highs + i);
        int part = half * 8 + i / 16;
        long at = to + half * (4 * PART_BYTES) + (long) i * Float.BYTES;
        q6k(Nibbles.low(first), high, 0, source, from, part, target, at);
        q6k(Nibbles.low(second), high, 1, source, from, part, target, at);
        q6k(Nibbles.high(first), high, 2, source, from, part, target, at);
        q6k(Nibbles.high(second), high, 3, source, from, part, target, at);
      }
    }
  }

  /** One vector of row {@code row} of a half; its scales are two further for each row. */
  private static void q6k(
      IntVector low,
      IntVector high,
      int row,
      MemorySegment source,
      long block,
      int part,
      MemorySegment target,
      long at) {
    float d = SuperBlocks.q6Scale(source, block, part + 2 * row);
    FloatVector q = Nibbles.floats(low.or(bits(high, 2 * row, 3)).sub(32));
    Lanes.store(q.mul(d), target, at + row * PART_BYTES);
  }

  /** The bits of {@code mask} from bit {@code first} of every byte on, as bit 4 and up. */
  private static IntVector bits(IntVector bytes, int first, int mask) {
    return bytes.lanewise(VectorOperators.LSHR, first).and(mask).lanewise(VectorOperators.LSHL, 4);
  }
}
