package org.gta4j.ops.vector;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import org.gta4j.cache.CacheLayout;
import org.gta4j.cache.CacheType;
import org.gta4j.cache.EightBits;
import org.gta4j.cache.RaggedBatch;
import org.gta4j.cache.SequenceCache;
import org.gta4j.tensor.Halves;
import org.gta4j.tensor.Heads;
import org.gta4j.tensor.Tensor;

/**
 * Writes a step's keys and values to their places in the cache's blocks, rounded to the cache's
 * type.
 */
final class CacheWriter {
  private CacheWriter() {}

  static void store(RaggedBatch batch, int layer, Heads keys, Optional<Heads> values) {
    for (int slice = 0; slice < batch.slices(); slice++) {
      SequenceCache sequence = batch.sequence(slice);
      CacheLayout layout = sequence.pool().layout();
      CacheType type = layout.type();
      for (int r = 0; r < batch.rows(slice); r++) {
        int row = batch.firstRow(slice) + r;
        int token = batch.past(slice) + r;
        int slot = token % CacheLayout.BLOCK_TOKENS;
        MemorySegment block =
            sequence.pool().block(sequence.block(token / CacheLayout.BLOCK_TOKENS));
        for (int h = 0; h < keys.count(); h++) {
          key(keys, row, h, block, layout, layer, slot);
        }
        if (values.isPresent()) {
          Heads own = values.get();
          for (int h = 0; h < own.count(); h++) {
            long source = own.headByte(row, h);
            long first = layout.valueByte(layer, h) + type.bytes((long) slot * own.width());
            if (type.hasScales()) {
              long scale = layout.valueScaleByte(layer, h) + (long) slot * Float.BYTES;
              writeScaled(own, source, own.width(), block, first, 1, scale);
            } else {
              write(own, source, own.width(), block, first, type, 1);
            }
          }
        }
      }
    }
  }

  private static void key(
      Heads keys, int row, int head, MemorySegment block, CacheLayout layout, int layer, int slot) {
    CacheType type = layout.type();
    // A key's numbers lie BLOCK_TOKENS apart: the block is transposed.
    int step = CacheLayout.BLOCK_TOKENS;
    long source = keys.headByte(row, head);
    long first = layout.keyByte(layer, head) + type.bytes(slot);
    if (!type.hasScales()) {
      write(keys, source, keys.width(), block, first, type, step);
      return;
    }
    for (int part = 0; part < layout.keyParts(); part++) {
      int begin = layout.keyPartBegin(part);
      int count = layout.keyPartBegin(part + 1) - begin;
      long scale = layout.keyScaleByte(layer, head) + ((long) part * step + slot) * Float.BYTES;
      writeScaled(
          keys,
          source + (long) begin * Float.BYTES,
          count,
          block,
          first + (long) begin * step,
          step,
          scale);
    }
  }

  private static void write(
      Heads x, long at, int count, MemorySegment block, long first, CacheType type, int step) {
    MemorySegment source = x.matrix().data();
    long stepBytes = type.bytes(step);
    for (int i = 0; i < count; i++) {
      float value = source.get(Tensor.FLOAT, at + (long) i * Float.BYTES);
      long target = first + i * stepBytes;
      switch (type) {
        case F16 -> block.set(Tensor.SHORT, target, Halves.toF16(value));
        case BF16 -> block.set(Tensor.SHORT, target, Halves.toBf16(value));
        default -> block.set(Tensor.FLOAT, target, value);
      }
    }
  }

  private static void writeScaled(
      Heads x, long at, int count, MemorySegment block, long first, int step, long scaleByte) {
    MemorySegment source = x.matrix().data();
    int magnitude = 0;
    for (int i = 0; i < count; i++) {
      float value = source.get(Tensor.FLOAT, at + (long) i * Float.BYTES);
      magnitude = Math.max(magnitude, EightBits.magnitude(value));
    }
    block.set(Tensor.FLOAT, scaleByte, EightBits.scale(magnitude));
    float inverse = EightBits.inverse(magnitude);
    for (int i = 0; i < count; i++) {
      float value = source.get(Tensor.FLOAT, at + (long) i * Float.BYTES);
      block.set(ValueLayout.JAVA_BYTE, first + (long) i * step, EightBits.round(value, inverse));
    }
  }
}
