package org.gta4j.ops.vector;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * The vector width of this machine, and the few functions on vectors whose result the Vector API
 * leaves open: sums across lanes, whose order it does not fix, and the exponential, whose last bit
 * depends on whether the code is compiled yet. Here both are made of operations that give the same
 * bits always.
 */
@SuppressWarnings("FloatingPointLiteralPrecision") // the published coefficients of Cephes' expf
final class Lanes {
  /** The machine's preferred width, but no wider than a cache block's tokens. */
  static final VectorSpecies<Float> FLOATS =
      FloatVector.SPECIES_PREFERRED.vectorBitSize() <= 512
          ? FloatVector.SPECIES_PREFERRED
          : FloatVector.SPECIES_512;

  static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, FLOATS.vectorShape());

  /** Floats a vector. */
  static final int COUNT = FLOATS.length();

  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
  private static final VectorShuffle<Float> SWAP_8 = swap(8);
  private static final VectorShuffle<Float> SWAP_4 = swap(4);
  private static final VectorShuffle<Float> SWAP_2 = swap(2);
  private static final VectorShuffle<Float> SWAP_1 = swap(1);

  // Vectors, not numbers that become vectors at each use: that is so much code that the compiler
  // gives up in the middle of an exponential, and makes objects of what it has.
  private static final FloatVector ZERO = FloatVector.zero(FLOATS);
  private static final FloatVector ONE = broadcast(1f);
  private static final FloatVector LOG2_E = broadcast(1.44269504f);
  private static final FloatVector MINUS_LN2_HIGH = broadcast(-0.693359375f);
  private static final FloatVector MINUS_LN2_LOW = broadcast(2.12194440e-4f);

  /** 1.5 · 2^23: adding it rounds a small f32 to an integer, which then stands in the low bits. */
  static final FloatVector ROUND = broadcast(12582912f);

  /** What makes the bits of such a sum the integer plus the bias of an f32's exponent. */
  private static final IntVector TO_EXPONENT =
      IntVector.broadcast(INTS, 127 - Float.floatToRawIntBits(12582912f));

  /** As many 16-bit numbers as a vector of floats has lanes. */
  static final VectorSpecies<Short> HALVES =
      VectorSpecies.of(short.class, VectorShape.forBitSize(FLOATS.vectorBitSize() / 2));

  /** Sign, exponent and mantissa of an f16 that was moved to those of an f32. */
  private static final IntVector F16_BITS = IntVector.broadcast(INTS, 0x8FFFE000);

  /** What an f16's exponent lacks after such a move. */
  static final FloatVector REBIAS = broadcast(0x1p112f);

  private static final FloatVector SMALLEST = broadcast(-87.33f);
  private static final float GREATEST_EXPONENT = 88.37f;
  private static final FloatVector LARGEST = broadcast(GREATEST_EXPONENT);
  private static final FloatVector P0 = broadcast(1.9875691500e-4f);
  private static final FloatVector P1 = broadcast(1.3981999507e-3f);
  private static final FloatVector P2 = broadcast(8.3334519073e-3f);
  private static final FloatVector P3 = broadcast(4.1665795894e-2f);
  private static final FloatVector P4 = broadcast(1.6666665459e-1f);
  private static final FloatVector P5 = broadcast(5.0000001201e-1f);

  private Lanes() {}

  private static VectorShuffle<Float> swap(int distance) {
    return VectorShuffle.fromOp(FLOATS, lane -> lane ^ (distance & (FLOATS.length() - 1)));
  }

  static FloatVector load(MemorySegment memory, long at) {
    return FloatVector.fromMemorySegment(FLOATS, memory, at, ORDER);
  }

  static FloatVector load(float[] numbers, int from) {
    return FloatVector.fromArray(FLOATS, numbers, from);
  }

  static void store(FloatVector vector, MemorySegment memory, long at) {
    vector.intoMemorySegment(memory, at, ORDER);
  }

  /** Finite numbers of 16 bits from a byte on, widened exactly. */
  static FloatVector halves(MemorySegment memory, long at) {
    ShortVector halves = ShortVector.fromMemorySegment(HALVES, memory, at, ORDER);
    IntVector bits = (IntVector) halves.convertShape(VectorOperators.S2I, INTS, 0);
    return bits.lanewise(VectorOperators.LSHL, 13).and(F16_BITS).reinterpretAsFloats().mul(REBIAS);
  }

  static FloatVector broadcast(float value) {
    return FloatVector.broadcast(FLOATS, value);
  }

  /** The sum of all lanes, added in one fixed order. */
  static float sum(FloatVector vector) {
    FloatVector v = vector;
    if (COUNT >= 16) {
      v = v.add(v.rearrange(SWAP_8));
    }
    if (COUNT >= 8) {
      v = v.add(v.rearrange(SWAP_4));
    }
    if (COUNT >= 4) {
      v = v.add(v.rearrange(SWAP_2));
    }
    if (COUNT >= 2) {
      v = v.add(v.rearrange(SWAP_1));
    }
    return v.lane(0);
  }

  /** The sum of the {@link #COUNT} numbers from {@code from} on, added in that same order. */
  static float sum(float[] numbers, int from) {
    return sum(load(numbers, from));
  }

  /**
   * e to the power of every lane, to about two units in the last place; 0 below −87.33, finite
   * above 88.37.
   */
  static FloatVector exp(FloatVector x) {
    VectorMask<Float> vanishing = x.compare(VectorOperators.LT, SMALLEST);
    FloatVector clamped = x.min(LARGEST).max(SMALLEST);
    FloatVector shifted = clamped.mul(LOG2_E).add(ROUND);
    FloatVector n = shifted.sub(ROUND);
    FloatVector r = n.fma(MINUS_LN2_HIGH, clamped);
    r = n.fma(MINUS_LN2_LOW, r);
    FloatVector p = P0.fma(r, P1);
    p = p.fma(r, P2);
    p = p.fma(r, P3);
    p = p.fma(r, P4);
    p = p.fma(r, P5);
    p = p.fma(r.mul(r), r).add(ONE);
    IntVector exponent =
        shifted.reinterpretAsInts().add(TO_EXPONENT).lanewise(VectorOperators.LSHL, 23);
    return p.mul(exponent.reinterpretAsFloats()).blend(ZERO, vanishing);
  }

  /** 1 / (1 + e^−x) of every lane; 0 where e^−x is beyond what {@link #exp} can give. */
  static FloatVector sigmoid(FloatVector x) {
    FloatVector open = ONE.div(exp(x.neg()).add(ONE));
    return open.blend(ZERO, x.compare(VectorOperators.LT, -GREATEST_EXPONENT));
  }
}
