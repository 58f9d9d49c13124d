package org.gta4j.ops.vector;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import org.gta4j.tensor.DType;
import org.gta4j.tensor.block.SuperBlocks;

/**
 * Widens the blocks of 256 numbers that {@link SuperBlocks} specifies to f32, bit for bit as it
 * says. The bodies of the loops are short on purpose: longer ones, all parts at once, are more than
 * the compiler inlines, and then vectors become objects.
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
    for (int part = 0; part < 8; part++) {
      float d = SuperBlocks.scale(source, from, part);
      float m = SuperBlocks.minimum(source, from, part);
      long bits = from + SuperBlocks.Q4_BITS + (long) part / 2 * PART;
      for (int i = 0; i < PART; i += Lanes.COUNT) {
        IntVector q =
            Nibbles.unsigned(source, bits + i)
                .lanewise(VectorOperators.LSHR, 4 * (part % 2))
                .and(0xF);
        Lanes.store(Nibbles.floats(q).mul(d).sub(m), target, at(to, part, i));
      }
    }
  }

  private static void q5k(MemorySegment source, long from, MemorySegment target, long to) {
    for (int part = 0; part < 8; part++) {
      float d = SuperBlocks.scale(source, from, part);
      float m = SuperBlocks.minimum(source, from, part);
      long bits = from + SuperBlocks.Q5_BITS + (long) part / 2 * PART;
      for (int i = 0; i < PART; i += Lanes.COUNT) {
        IntVector fifth =
            Nibbles.unsigned(source, from + SuperBlocks.Q5_HIGH + i)
                .lanewise(VectorOperators.LSHR, part)
                .and(1)
                .lanewise(VectorOperators.LSHL, 4);
        IntVector q =
            Nibbles.unsigned(source, bits + i)
                .lanewise(VectorOperators.LSHR, 4 * (part % 2))
                .and(0xF)
                .or(fifth);
        Lanes.store(Nibbles.floats(q).mul(d).sub(m), target, at(to, part, i));
      }
    }
  }

  /** The parts here are of 32 numbers, with two scales each. */
  private static void q6k(MemorySegment source, long from, MemorySegment target, long to) {
    for (int part = 0; part < 8; part++) {
      int half = part / 4;
      int row = part % 4;
      long lows = from + half * 64L + row % 2 * 32L;
      long highs = from + SuperBlocks.Q6_HIGH + half * 32L;
      for (int i = 0; i < PART; i += Lanes.COUNT) {
        float d = SuperBlocks.q6Scale(source, from, 2 * part + i / 16);
        IntVector high =
            Nibbles.unsigned(source, highs + i)
                .lanewise(VectorOperators.LSHR, 2 * row)
                .and(3)
                .lanewise(VectorOperators.LSHL, 4);
        IntVector q =
            Nibbles.unsigned(source, lows + i)
                .lanewise(VectorOperators.LSHR, row < 2 ? 0 : 4)
                .and(0xF)
                .or(high)
                .sub(32);
        Lanes.store(Nibbles.floats(q).mul(d), target, at(to, part, i));
      }
    }
  }

  private static long at(long to, int part, int i) {
    return to + part * PART_BYTES + (long) i * Float.BYTES;
  }
}
