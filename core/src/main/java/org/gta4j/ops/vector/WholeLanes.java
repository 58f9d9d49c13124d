package org.gta4j.ops.vector;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Vectors of whole numbers of 16 bits, as wide as {@link Lanes}' floats: twice as many. */
final class WholeLanes {
  static final VectorSpecies<Short> SHORTS =
      VectorSpecies.of(short.class, Lanes.FLOATS.vectorShape());

  /** Numbers a vector. */
  static final int COUNT = SHORTS.length();

  private static final ShortVector LOW_BITS = ShortVector.broadcast(SHORTS, 0xF);

  private WholeLanes() {}

  static ShortVector load(short[] numbers, int from) {
    return ShortVector.fromArray(SHORTS, numbers, from);
  }

  /**
   * Four numbers of 4 bits a lane, from byte {@code at} on: a lane is a {@link PanelFormat#paired
   * pair} of outputs.
   */
  static ShortVector load(MemorySegment source, long at) {
    return ShortVector.fromMemorySegment(SHORTS, source, at, ByteOrder.LITTLE_ENDIAN);
  }

  /** The lowest number of each lane. */
  static ShortVector first(ShortVector four) {
    return four.and(LOW_BITS);
  }

  /** The number above it. */
  static ShortVector second(ShortVector four) {
    return four.lanewise(VectorOperators.LSHR, 4).and(LOW_BITS);
  }

  /** The lower number of the high byte. */
  static ShortVector third(ShortVector four) {
    return four.lanewise(VectorOperators.LSHR, 8).and(LOW_BITS);
  }

  /** The highest number. */
  static ShortVector fourth(ShortVector four) {
    return four.lanewise(VectorOperators.LSHR, 12);
  }

  /**
   * In all lanes a number that stands twice in an int, which processors load and spread at once.
   */
  static ShortVector pairs(int twice) {
    return IntVector.broadcast(Lanes.INTS, twice).reinterpretAsShorts();
  }

  /** As many of these numbers as floats fit into a vector, as floats. */
  static FloatVector floats(short[] numbers, int from) {
    ShortVector shorts = ShortVector.fromArray(Lanes.HALVES, numbers, from);
    return (FloatVector)
        shorts.convertShape(VectorOperators.S2I, Lanes.INTS, 0).convert(VectorOperators.I2F, 0);
  }

  /**
   * {@code first · Σ₀ + second · Σ₁} of a block's two halves, whose sums are {@link
   * PanelFormat#OUTPUTS} apart.
   */
  static FloatVector scaled(short[] sums, int from, FloatVector first, FloatVector second) {
    FloatVector low = floats(sums, from).mul(first);
    return floats(sums, from + PanelFormat.OUTPUTS).fma(second, low);
  }
}
