package org.gta4j.kernels;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;
import org.gta4j.tensor.DType;
import org.gta4j.tensor.FloatMatrix;
import org.gta4j.tensor.Halves;
import org.gta4j.tensor.Shape;
import org.gta4j.tensor.Tensor;

/** Random weights in blocks, and random rows. */
final class QuantizedWeights {
  private QuantizedWeights() {}

  /** A matrix [outputs, inputs] of random numbers and small scales. */
  static Tensor tensor(Arena arena, DType dtype, int outputs, int inputs, long seed) {
    Tensor tensor = Tensor.allocate(arena, dtype, Shape.of(outputs, inputs));
    SplittableRandom random = new SplittableRandom(seed);
    MemorySegment data = tensor.data();
    for (long i = 0; i < data.byteSize(); i++) {
      data.set(ValueLayout.JAVA_BYTE, i, (byte) random.nextInt());
    }
    long[] scales =
        switch (dtype) {
          case Q4_1, Q5_1, Q4_K, Q5_K -> new long[] {0, 2};
          case Q6_K -> new long[] {208};
          default -> new long[] {0};
        };
    for (long block = 0; block < data.byteSize(); block += dtype.blockBytes()) {
      for (long scale : scales) {
        data.set(Tensor.SHORT, block + scale, Halves.toF16((float) random.nextDouble(-0.1, 0.1)));
      }
    }
    return tensor;
  }

  /** Normally distributed numbers. */
  static FloatMatrix rows(Arena arena, int rows, int columns, long seed) {
    FloatMatrix matrix = FloatMatrix.allocate(arena, rows, columns);
    SplittableRandom random = new SplittableRandom(seed);
    for (int row = 0; row < rows; row++) {
      for (int i = 0; i < columns; i++) {
        matrix.set(row, i, (float) random.nextGaussian());
      }
    }
    return matrix;
  }
}
