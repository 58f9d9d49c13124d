package org.gta4j.ops.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/** Weights of 16 bits in arrays, rows of whole vectors. */
final class HalfRows {
  private HalfRows() {}

  /** Widens {@code count} numbers; the compiler makes one instruction a vector of it. */
  static void widenF16(short[] source, float[] target, int count) {
    for (int i = 0; i < count; i++) {
      target[i] = Float.float16ToFloat(source[i]);
    }
  }

  /** Widens {@code count} numbers. */
  static void widenBf16(short[] source, float[] target, int count) {
    for (int i = 0; i < count; i += Lanes.COUNT) {
      bf16(source, i).intoArray(target, i);
    }
  }

  /**
   * Multiplies four rows of {@code width} numbers with the row of activations at {@code from};
   * their vectors of partial sums go to {@code partials}, one after the other.
   */
  static void multiplyBf16(short[] w, int width, float[] x, int from, float[] partials) {
    int w1 = width;
    int w2 = w1 + width;
    int w3 = w2 + width;
    FloatVector s0 = FloatVector.zero(Lanes.FLOATS);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    for (int i = 0; i < width; i += Lanes.COUNT) {
      FloatVector v = Lanes.load(x, from + i);
      s0 = bf16(w, i).fma(v, s0);
      s1 = bf16(w, w1 + i).fma(v, s1);
      s2 = bf16(w, w2 + i).fma(v, s2);
      s3 = bf16(w, w3 + i).fma(v, s3);
    }
    s0.intoArray(partials, 0);
    s1.intoArray(partials, Lanes.COUNT);
    s2.intoArray(partials, 2 * Lanes.COUNT);
    s3.intoArray(partials, 3 * Lanes.COUNT);
  }

  private static FloatVector bf16(short[] source, int at) {
    ShortVector halves = ShortVector.fromArray(Lanes.HALVES, source, at);
    IntVector bits =
        (IntVector) halves.convertShape(VectorOperators.ZERO_EXTEND_S2I, Lanes.INTS, 0);
    return bits.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
  }
}
