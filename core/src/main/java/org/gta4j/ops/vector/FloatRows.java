package org.gta4j.ops.vector;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import org.gta4j.tensor.DType;
import org.gta4j.tensor.Halves;
import org.gta4j.tensor.Tensor;

/** Widens weights and cached numbers of any type to f32, exactly. */
final class FloatRows {
  private FloatRows() {}

  /**
   * Widens {@code count} numbers of type {@code dtype} from {@code source} into f32 at {@code
   * target}; whole blocks of those that come in blocks.
   */
  static void widen(
      DType dtype,
      MemorySegment source,
      long sourceByte,
      MemorySegment target,
      long targetByte,
      int count) {
    switch (dtype) {
      case F32 ->
          MemorySegment.copy(source, sourceByte, target, targetByte, (long) count * Float.BYTES);
      case BF16 -> widenBf16(source, sourceByte, target, targetByte, count);
      case F16 -> widenF16(source, sourceByte, target, targetByte, count);
      case Q8_0, Q4_0, Q4_1, Q5_0, Q5_1 ->
          PlainRows.widen(
              dtype, source, sourceByte, target, targetByte, count / dtype.blockElements());
      case Q4_K, Q5_K, Q6_K ->
          SuperRows.widen(
              dtype, source, sourceByte, target, targetByte, count / dtype.blockElements());
      default -> throw new IllegalArgumentException("cannot compute on elements of type " + dtype);
    }
  }

  private static void widenBf16(
      MemorySegment source, long sourceByte, MemorySegment target, long targetByte, int count) {
    int i = 0;
    for (; i <= count - Lanes.COUNT; i += Lanes.COUNT) {
      IntVector bits = bits(source, sourceByte + (long) i * Short.BYTES);
      FloatVector values = bits.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
      Lanes.store(values, target, targetByte + (long) i * Float.BYTES);
    }
    for (; i < count; i++) {
      float value = Halves.fromBf16(source.get(Tensor.SHORT, sourceByte + (long) i * Short.BYTES));
      target.set(Tensor.FLOAT, targetByte + (long) i * Float.BYTES, value);
    }
  }

  private static void widenF16(
      MemorySegment source, long sourceByte, MemorySegment target, long targetByte, int count) {
    int i = 0;
    for (; i <= count - Lanes.COUNT; i += Lanes.COUNT) {
      IntVector bits = bits(source, sourceByte + (long) i * Short.BYTES);
      IntVector magnitude = bits.and(0x7FFF).lanewise(VectorOperators.LSHL, 13);
      VectorMask<Integer> unbounded = magnitude.compare(VectorOperators.GE, 0x7C00 << 13);
      IntVector finite = magnitude.reinterpretAsFloats().mul(Lanes.REBIAS).reinterpretAsInts();
      IntVector infinite = magnitude.or(0x7F800000);
      IntVector sign = bits.and(0x8000).lanewise(VectorOperators.LSHL, 16);
      FloatVector values = finite.blend(infinite, unbounded).or(sign).reinterpretAsFloats();
      Lanes.store(values, target, targetByte + (long) i * Float.BYTES);
    }
    for (; i < count; i++) {
      float value = Halves.fromF16(source.get(Tensor.SHORT, sourceByte + (long) i * Short.BYTES));
      target.set(Tensor.FLOAT, targetByte + (long) i * Float.BYTES, value);
    }
  }

  private static IntVector bits(MemorySegment source, long at) {
    ShortVector halves =
        ShortVector.fromMemorySegment(Lanes.HALVES, source, at, ByteOrder.LITTLE_ENDIAN);
    return (IntVector) halves.convertShape(VectorOperators.ZERO_EXTEND_S2I, Lanes.INTS, 0);
  }
}
