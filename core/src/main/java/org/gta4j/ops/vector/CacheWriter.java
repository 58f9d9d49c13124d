package org.gta4j.ops.vector;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.gta4j.cache.CacheLayout;
import org.gta4j.cache.RaggedBatch;
import org.gta4j.cache.SequenceCache;
import org.gta4j.tensor.DType;
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
      for (int r = 0; r < batch.rows(slice); r++) {
        int row = batch.firstRow(slice) + r;
        int token = batch.past(slice) + r;
        int slot = token % CacheLayout.BLOCK_TOKENS;
        MemorySegment block =
            sequence.pool().block(sequence.block(token / CacheLayout.BLOCK_TOKENS));
        for (int h = 0; h < keys.count(); h++) {
          // A key's numbers lie BLOCK_TOKENS apart: the block is transposed.
          long first = layout.keyByte(layer, h) + layout.dtype().bytes(slot);
          write(keys, row, h, block, first, layout.dtype(), CacheLayout.BLOCK_TOKENS);
        }
        if (values.isPresent()) {
          Heads own = values.get();
          for (int h = 0; h < own.count(); h++) {
            long first =
                layout.valueByte(layer, h) + layout.dtype().bytes((long) slot * own.width());
            write(own, row, h, block, first, layout.dtype(), 1);
          }
        }
      }
    }
  }

  private static void write(
      Heads x, int row, int head, MemorySegment block, long first, DType dtype, int step) {
    MemorySegment source = x.matrix().data();
    long at = x.headByte(row, head);
    long stepBytes = dtype.bytes(step);
    for (int i = 0; i < x.width(); i++) {
      float value = source.get(Tensor.FLOAT, at + (long) i * Float.BYTES);
      long target = first + i * stepBytes;
      switch (dtype) {
        case F16 -> block.set(Tensor.SHORT, target, Halves.toF16(value));
        case BF16 -> block.set(Tensor.SHORT, target, Halves.toBf16(value));
        default -> block.set(Tensor.FLOAT, target, value);
      }
    }
  }
}
