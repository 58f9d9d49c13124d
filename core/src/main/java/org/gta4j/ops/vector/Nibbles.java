package org.gta4j.ops.vector;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;
import org.gta4j.tensor.Tensor;

/** Small integers of quantized blocks, as many as a vector of floats has lanes. */
final class Nibbles {
  /** Vectors of bytes have at least 64 bits; with four lanes, bytes come as an int. */
  private static final boolean AS_BYTES = Lanes.COUNT >= 8;

  private static final VectorSpecies<Byte> BYTES =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, Lanes.COUNT * Byte.SIZE)));

  // Vectors, not numbers that become vectors at each use, which is more code.
  private static final IntVector LOW_BITS = IntVector.broadcast(Lanes.INTS, 0xF);
  private static final IntVector HIGH_BITS = IntVector.broadcast(Lanes.INTS, 0xF0);

  private static final IntVector LANE = IntVector.zero(Lanes.INTS).addIndex(1);

  /** What moves each byte of an int to the lowest place, lane by lane. */
  private static final IntVector TO_LOWEST = LANE.mul(Byte.SIZE);

  /** What moves each byte of an int to the highest place, lane by lane. */
  private static final IntVector TO_HIGHEST = TO_LOWEST.neg().add(Integer.SIZE - Byte.SIZE);

  private Nibbles() {}

  /** Bytes from {@code at} on, unsigned. */
  static IntVector unsigned(MemorySegment source, long at) {
    if (AS_BYTES) {
      ByteVector bytes = ByteVector.fromMemorySegment(BYTES, source, at, ByteOrder.LITTLE_ENDIAN);
      return (IntVector) bytes.convertShape(VectorOperators.ZERO_EXTEND_B2I, Lanes.INTS, 0);
    }
    return IntVector.broadcast(Lanes.INTS, source.get(Tensor.INT, at))
        .lanewise(VectorOperators.LSHR, TO_LOWEST)
        .and(0xFF);
  }

  /** Bytes from {@code at} on, signed. */
  static IntVector signed(MemorySegment source, long at) {
    if (AS_BYTES) {
      ByteVector bytes = ByteVector.fromMemorySegment(BYTES, source, at, ByteOrder.LITTLE_ENDIAN);
      return (IntVector) bytes.convertShape(VectorOperators.B2I, Lanes.INTS, 0);
    }
    return IntVector.broadcast(Lanes.INTS, source.get(Tensor.INT, at))
        .lanewise(VectorOperators.LSHL, TO_HIGHEST)
        .lanewise(VectorOperators.ASHR, Integer.SIZE - Byte.SIZE);
  }

  /** Bit {@code first + lane} of {@code bits}, moved up {@code up} places. */
  static IntVector bits(int bits, int first, int up) {
    return IntVector.broadcast(Lanes.INTS, bits >>> first)
        .lanewise(VectorOperators.LSHR, LANE)
        .and(1)
        .lanewise(VectorOperators.LSHL, up);
  }

  /** The low halves of bytes. */
  static IntVector low(IntVector bytes) {
    return bytes.and(LOW_BITS);
  }

  /** The high halves of unsigned bytes. */
  static IntVector high(IntVector bytes) {
    return bytes.lanewise(VectorOperators.LSHR, 4);
  }

  /** The high halves of unsigned bytes where they lie: 16 times as large. */
  static IntVector highInPlace(IntVector bytes) {
    return bytes.and(HIGH_BITS);
  }

  /** The same numbers as floats. */
  static FloatVector floats(IntVector numbers) {
    return (FloatVector) numbers.convert(VectorOperators.I2F, 0);
  }
}
