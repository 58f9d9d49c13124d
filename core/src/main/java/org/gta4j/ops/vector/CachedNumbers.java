package org.gta4j.ops.vector;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import org.gta4j.cache.CacheLayout;
import org.gta4j.cache.CacheType;
import org.gta4j.tensor.Tensor;

/**
 * Widens a block's keys and values to f32: those of 16 bits exactly, those of 8 bits times their
 * scales. They are widened for one query as for many, so its result is the same bits.
 *
 * <p>Shape legend: slots are the {@value CacheLayout#BLOCK_TOKENS} tokens of a block; keys
 * [keyDim][slots], values [slots][valueDim].
 */
final class CachedNumbers {
  private static final int SLOTS = CacheLayout.BLOCK_TOKENS;

  private CachedNumbers() {}

  /** Keys of a layer's key head to [keyDim][slots] f32 at {@code targetByte}. */
  static void keys(
      CacheLayout layout,
      int layer,
      int head,
      MemorySegment block,
      MemorySegment target,
      long targetByte) {
    long from = layout.keyByte(layer, head);
    if (layout.type() != CacheType.Q8) {
      int count = SLOTS * layout.shape().keyDim();
      FloatRows.widen(layout.type().numbers(), block, from, target, targetByte, count);
      return;
    }
    for (int part = 0; part < layout.keyParts(); part++) {
      long scales = layout.keyScaleByte(layer, head) + (long) part * SLOTS * Float.BYTES;
      for (int i = layout.keyPartBegin(part); i < layout.keyPartBegin(part + 1); i++) {
        long first = (long) i * SLOTS;
        keyRow(block, from + first, scales, target, targetByte + first * Float.BYTES);
      }
    }
  }

  private static void keyRow(
      MemorySegment block, long from, long scales, MemorySegment target, long to) {
    for (int slot = 0; slot < SLOTS; slot += Lanes.COUNT) {
      long at = (long) slot * Float.BYTES;
      FloatVector scale = Lanes.load(block, scales + at);
      Lanes.store(numbers(block, from + slot).mul(scale), target, to + at);
    }
  }

  /** Values of a layer's value head and the first slots to [slots][valueDim] f32. */
  static void values(
      CacheLayout layout,
      int layer,
      int head,
      int slots,
      MemorySegment block,
      MemorySegment target,
      long targetByte) {
    long from = layout.valueByte(layer, head);
    int width = layout.shape().valueDim();
    if (layout.type() != CacheType.Q8) {
      FloatRows.widen(layout.type().numbers(), block, from, target, targetByte, slots * width);
      return;
    }
    long scales = layout.valueScaleByte(layer, head);
    for (int slot = 0; slot < slots; slot++) {
      float scale = block.get(Tensor.FLOAT, scales + (long) slot * Float.BYTES);
      long first = (long) slot * width;
      valueRow(block, from + first, scale, target, targetByte + first * Float.BYTES, width);
    }
  }

  private static void valueRow(
      MemorySegment block, long from, float scale, MemorySegment target, long to, int width) {
    FloatVector scales = Lanes.broadcast(scale);
    int i = 0;
    for (; i <= width - Lanes.COUNT; i += Lanes.COUNT) {
      Lanes.store(numbers(block, from + i).mul(scales), target, to + (long) i * Float.BYTES);
    }
    for (; i < width; i++) {
      float number = block.get(ValueLayout.JAVA_BYTE, from + i) * scale;
      target.set(Tensor.FLOAT, to + (long) i * Float.BYTES, number);
    }
  }

  private static FloatVector numbers(MemorySegment block, long at) {
    return (FloatVector)
        Nibbles.signed(block, at).convertShape(VectorOperators.I2F, Lanes.FLOATS, 0);
  }
}
