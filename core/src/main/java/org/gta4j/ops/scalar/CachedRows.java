package org.gta4j.ops.scalar;

import java.lang.foreign.MemorySegment;
import org.gta4j.attention.ValueRows;
import org.gta4j.cache.CacheLayout;
import org.gta4j.cache.SequenceCache;
import org.gta4j.tensor.DType;
import org.gta4j.tensor.Halves;
import org.gta4j.tensor.Tensor;

/** One layer of one sequence's cache, number by number, as {@link CacheLayout} lays it out. */
final class CachedRows {
  private final SequenceCache sequence;
  private final CacheLayout layout;
  private final int layer;

  CachedRows(SequenceCache sequence, int layer) {
    this.sequence = sequence;
    this.layout = sequence.pool().layout();
    this.layer = layer;
  }

  float key(int token, int head, int i) {
    return read(memory(token), keyByte(token, head, i));
  }

  void setKey(int token, int head, int i, float value) {
    write(memory(token), keyByte(token, head, i), value);
  }

  float value(int token, int head, int i) {
    if (layout.shape().valueRows() == ValueRows.KEY_PREFIX) {
      return key(token, head, i);
    }
    return read(memory(token), valueByte(token, head, i));
  }

  void setValue(int token, int head, int i, float value) {
    write(memory(token), valueByte(token, head, i), value);
  }

  private MemorySegment memory(int token) {
    return sequence.pool().block(sequence.block(token / CacheLayout.BLOCK_TOKENS));
  }

  private long keyByte(int token, int head, int i) {
    int slot = token % CacheLayout.BLOCK_TOKENS;
    return layout.keyByte(layer, head)
        + layout.dtype().bytes((long) i * CacheLayout.BLOCK_TOKENS + slot);
  }

  private long valueByte(int token, int head, int i) {
    int slot = token % CacheLayout.BLOCK_TOKENS;
    return layout.valueByte(layer, head)
        + layout.dtype().bytes((long) slot * layout.shape().valueDim() + i);
  }

  private float read(MemorySegment block, long at) {
    return switch (layout.dtype()) {
      case F16 -> Halves.fromF16(block.get(Tensor.SHORT, at));
      case BF16 -> Halves.fromBf16(block.get(Tensor.SHORT, at));
      default -> block.get(Tensor.FLOAT, at);
    };
  }

  private void write(MemorySegment block, long at, float value) {
    if (layout.dtype() == DType.F16) {
      block.set(Tensor.SHORT, at, Halves.toF16(value));
    } else if (layout.dtype() == DType.BF16) {
      block.set(Tensor.SHORT, at, Halves.toBf16(value));
    } else {
      block.set(Tensor.FLOAT, at, value);
    }
  }
}
