package org.gta4j.ops.scalar;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.gta4j.attention.ValueRows;
import org.gta4j.cache.CacheLayout;
import org.gta4j.cache.EightBits;
import org.gta4j.cache.SequenceCache;
import org.gta4j.tensor.Halves;
import org.gta4j.tensor.Tensor;

/** One layer of one sequence's cache, row by row, as {@link CacheLayout} lays it out. */
final class CachedRows {
  private final SequenceCache sequence;
  private final CacheLayout layout;
  private final int layer;

  CachedRows(SequenceCache sequence, int layer) {
    this.sequence = sequence;
    this.layout = sequence.pool().layout();
    this.layer = layer;
  }

  /** A number of a key row, times its scale where the type has scales: exact. */
  double key(int token, int head, int i) {
    double number = read(memory(token), keyByte(token, head, i));
    return layout.type().hasScales() ? number * keyScale(token, head, i) : number;
  }

  /** A number of a value row, times its scale where the type has scales: exact. */
  double value(int token, int head, int i) {
    if (layout.shape().valueRows() == ValueRows.KEY_PREFIX) {
      return key(token, head, i);
    }
    double number = read(memory(token), valueByte(token, head, i));
    return layout.type().hasScales()
        ? number * memory(token).get(Tensor.FLOAT, valueScaleByte(token, head))
        : number;
  }

  /** Rounds a key row, part by part where those have scales of their own. */
  void setKey(int token, int head, float[] row) {
    for (int part = 0; part < layout.keyParts(); part++) {
      int begin = layout.keyPartBegin(part);
      int end = layout.keyPartBegin(part + 1);
      float inverse = 1;
      if (layout.type().hasScales()) {
        int magnitude = magnitude(row, begin, end);
        inverse = EightBits.inverse(magnitude);
        long at = keyScaleByte(token, head, part);
        memory(token).set(Tensor.FLOAT, at, EightBits.scale(magnitude));
      }
      for (int i = begin; i < end; i++) {
        write(memory(token), keyByte(token, head, i), row[i], inverse);
      }
    }
  }

  /** Rounds a value row. */
  void setValue(int token, int head, float[] row) {
    float inverse = 1;
    if (layout.type().hasScales()) {
      int magnitude = magnitude(row, 0, row.length);
      inverse = EightBits.inverse(magnitude);
      long at = valueScaleByte(token, head);
      memory(token).set(Tensor.FLOAT, at, EightBits.scale(magnitude));
    }
    for (int i = 0; i < row.length; i++) {
      write(memory(token), valueByte(token, head, i), row[i], inverse);
    }
  }

  private static int magnitude(float[] row, int begin, int end) {
    int largest = 0;
    for (int i = begin; i < end; i++) {
      largest = Math.max(largest, EightBits.magnitude(row[i]));
    }
    return largest;
  }

  private MemorySegment memory(int token) {
    return sequence.pool().block(sequence.block(token / CacheLayout.BLOCK_TOKENS));
  }

  private static int slot(int token) {
    return token % CacheLayout.BLOCK_TOKENS;
  }

  private long keyByte(int token, int head, int i) {
    return layout.keyByte(layer, head)
        + layout.type().bytes((long) i * CacheLayout.BLOCK_TOKENS + slot(token));
  }

  private long valueByte(int token, int head, int i) {
    return layout.valueByte(layer, head)
        + layout.type().bytes((long) slot(token) * layout.shape().valueDim() + i);
  }

  private double keyScale(int token, int head, int i) {
    int part = i < layout.keyPartBegin(1) ? 0 : 1;
    return memory(token).get(Tensor.FLOAT, keyScaleByte(token, head, part));
  }

  private long keyScaleByte(int token, int head, int part) {
    return layout.keyScaleByte(layer, head)
        + ((long) part * CacheLayout.BLOCK_TOKENS + slot(token)) * Float.BYTES;
  }

  private long valueScaleByte(int token, int head) {
    return layout.valueScaleByte(layer, head) + (long) slot(token) * Float.BYTES;
  }

  private float read(MemorySegment block, long at) {
    return switch (layout.type()) {
      case F32 -> block.get(Tensor.FLOAT, at);
      case F16 -> Halves.fromF16(block.get(Tensor.SHORT, at));
      case BF16 -> Halves.fromBf16(block.get(Tensor.SHORT, at));
      case Q8 -> block.get(ValueLayout.JAVA_BYTE, at);
    };
  }

  private void write(MemorySegment block, long at, float value, float inverse) {
    switch (layout.type()) {
      case F32 -> block.set(Tensor.FLOAT, at, value);
      case F16 -> block.set(Tensor.SHORT, at, Halves.toF16(value));
      case BF16 -> block.set(Tensor.SHORT, at, Halves.toBf16(value));
      case Q8 -> block.set(ValueLayout.JAVA_BYTE, at, EightBits.round(value, inverse));
    }
  }
}
