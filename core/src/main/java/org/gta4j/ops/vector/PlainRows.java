package org.gta4j.ops.vector;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import org.gta4j.tensor.DType;
import org.gta4j.tensor.Tensor;
import org.gta4j.tensor.block.PlainBlocks;

/**
 * Widens the blocks of 32 numbers that {@link PlainBlocks} specifies to f32, bit for bit as it
 * says.
 */
final class PlainRows {
  private static final int ELEMENTS = PlainBlocks.ELEMENTS;
  private static final int HALF = ELEMENTS / 2;
  private static final long HALF_BYTES = (long) HALF * Float.BYTES;

  private PlainRows() {}

  /** Widens {@code blocks} blocks of type {@code dtype}. */
  static void widen(
      DType dtype,
      MemorySegment source,
      long sourceByte,
      MemorySegment target,
      long targetByte,
      int blocks) {
    switch (dtype) {
      case Q8_0 -> q80(source, sourceByte, target, targetByte, blocks);
      case Q4_0 -> q40(source, sourceByte, target, targetByte, blocks);
      case Q4_1 -> q41(source, sourceByte, target, targetByte, blocks);
      case Q5_0 -> q50(source, sourceByte, target, targetByte, blocks);
      case Q5_1 -> q51(source, sourceByte, target, targetByte, blocks);
      default -> throw new IllegalArgumentException("no blocks of 32 numbers: " + dtype);
    }
  }

  private static void q80(
      MemorySegment source, long sourceByte, MemorySegment target, long targetByte, int blocks) {
    int blockBytes = DType.Q8_0.blockBytes();
    for (int block = 0; block < blocks; block++) {
      long from = sourceByte + (long) block * blockBytes;
      long to = targetByte + (long) block * ELEMENTS * Float.BYTES;
      float d = PlainBlocks.half(source, from);
      for (int i = 0; i < ELEMENTS; i += Lanes.COUNT) {
        FloatVector q = Nibbles.floats(Nibbles.signed(source, from + 2 + i));
        Lanes.store(q.mul(d), target, to + (long) i * Float.BYTES);
      }
    }
  }

  private static void q40(
      MemorySegment source, long sourceByte, MemorySegment target, long targetByte, int blocks) {
    int blockBytes = DType.Q4_0.blockBytes();
    for (int block = 0; block < blocks; block++) {
      long from = sourceByte + (long) block * blockBytes;
      long to = targetByte + (long) block * ELEMENTS * Float.BYTES;
      float d = PlainBlocks.half(source, from);
      for (int i = 0; i < HALF; i += Lanes.COUNT) {
        IntVector both = Nibbles.unsigned(source, from + 2 + i);
        long at = to + (long) i * Float.BYTES;
        Lanes.store(Nibbles.floats(Nibbles.low(both).sub(8)).mul(d), target, at);
        Lanes.store(Nibbles.floats(Nibbles.high(both).sub(8)).mul(d), target, at + HALF_BYTES);
      }
    }
  }

  private static void q41(
      MemorySegment source, long sourceByte, MemorySegment target, long targetByte, int blocks) {
    int blockBytes = DType.Q4_1.blockBytes();
    for (int block = 0; block < blocks; block++) {
      long from = sourceByte + (long) block * blockBytes;
      long to = targetByte + (long) block * ELEMENTS * Float.BYTES;
      float d = PlainBlocks.half(source, from);
      float m = PlainBlocks.half(source, from + 2);
      for (int i = 0; i < HALF; i += Lanes.COUNT) {
        IntVector both = Nibbles.unsigned(source, from + 4 + i);
        long at = to + (long) i * Float.BYTES;
        Lanes.store(Nibbles.floats(Nibbles.low(both)).mul(d).add(m), target, at);
        Lanes.store(Nibbles.floats(Nibbles.high(both)).mul(d).add(m), target, at + HALF_BYTES);
      }
    }
  }

  private static void q50(
      MemorySegment source, long sourceByte, MemorySegment target, long targetByte, int blocks) {
    int blockBytes = DType.Q5_0.blockBytes();
    for (int block = 0; block < blocks; block++) {
      long from = sourceByte + (long) block * blockBytes;
      long to = targetByte + (long) block * ELEMENTS * Float.BYTES;
      float d = PlainBlocks.half(source, from);
      int fifth = source.get(Tensor.INT, from + 2);
      for (int i = 0; i < ELEMENTS; i += Lanes.COUNT) {
        IntVector q = fiveBits(source, from + 6, fifth, i).sub(16);
        Lanes.store(Nibbles.floats(q).mul(d), target, to + (long) i * Float.BYTES);
      }
    }
  }

  private static void q51(
      MemorySegment source, long sourceByte, MemorySegment target, long targetByte, int blocks) {
    int blockBytes = DType.Q5_1.blockBytes();
    for (int block = 0; block < blocks; block++) {
      long from = sourceByte + (long) block * blockBytes;
      long to = targetByte + (long) block * ELEMENTS * Float.BYTES;
      float d = PlainBlocks.half(source, from);
      float m = PlainBlocks.half(source, from + 2);
      int fifth = source.get(Tensor.INT, from + 4);
      for (int i = 0; i < ELEMENTS; i += Lanes.COUNT) {
        IntVector q = fiveBits(source, from + 8, fifth, i);
        Lanes.store(Nibbles.floats(q).mul(d).add(m), target, to + (long) i * Float.BYTES);
      }
    }
  }

  /** Numbers {@code i} and following: one half of bytes, and a bit each. */
  private static IntVector fiveBits(MemorySegment source, long bytes, int fifth, int i) {
    return Nibbles.unsigned(source, bytes + i % HALF)
        .lanewise(VectorOperators.LSHR, i < HALF ? 0 : 4)
        .and(0xF)
        .or(Nibbles.bits(fifth, i, 4));
  }
}
