package org.gta4j.measure;

import java.lang.foreign.Arena;
import java.util.Optional;
import java.util.SplittableRandom;
import org.gta4j.ops.MemoryReading;
import org.gta4j.ops.Ops;
import org.gta4j.ops.PackedLinear;
import org.gta4j.tensor.DType;
import org.gta4j.tensor.FloatMatrix;
import org.gta4j.tensor.Shape;

/**
 * What this machine gives at best, measured: nothing that reads so many bytes or multiplies so many
 * numbers can be faster.
 *
 * @param bytesPerSecond of memory that all threads read together
 * @param operationsPerSecond two a multiply-add, of the best matrix product with weights of the
 *     type asked for
 */
public record MachineRates(double bytesPerSecond, double operationsPerSecond) {
  /** More than the last-level caches that such machines have for themselves. */
  private static final long READ_BYTES = 512L << 20;

  private static final int PASSES = 7;

  /** Long enough for a JVM to compile what it measures, where that is Java. */
  private static final long PRODUCT_NANOS = 500_000_000;

  private static final int[][] SHAPES = {{1024, 1024}, {1280, 3584}};
  private static final int ROWS = 256;

  /** Measures both. */
  public static MachineRates measure(Ops ops, DType weights) {
    return new MachineRates(readingRate(ops), productRate(ops, weights));
  }

  /** How many bytes a second all threads read together of memory that no cache holds. */
  public static double readingRate(Ops ops) {
    try (MemoryReading reading = ops.reading(READ_BYTES)) {
      double best = 0;
      for (int pass = 0; pass < PASSES; pass++) {
        long begin = System.nanoTime();
        long sum = reading.sum();
        long nanos = System.nanoTime() - begin;
        long words = reading.bytes() / Long.BYTES;
        if (sum != words * (words - 1) / 2) {
          throw new IllegalStateException("memory was not read as it was written");
        }
        best = Math.max(best, reading.bytes() * 1e9 / nanos);
      }
      return best;
    }
  }

  private static double productRate(Ops ops, DType weights) {
    double best = 0;
    try (Arena arena = Arena.ofShared()) {
      for (int[] shape : SHAPES) {
        PackedLinear packed =
            ops.pack(
                RandomWeights.matrix(
                    weights, Shape.of(shape[1], shape[0]), new SplittableRandom(0), arena),
                Optional.empty());
        FloatMatrix x = RandomRows.matrix(arena, ROWS, shape[0], new SplittableRandom(1));
        FloatMatrix out = FloatMatrix.allocate(arena, ROWS, shape[1]);
        double operations = 2.0 * ROWS * shape[0] * shape[1];
        long end = System.nanoTime() + PRODUCT_NANOS;
        do {
          long begin = System.nanoTime();
          ops.linear(packed, x, out, ROWS);
          best = Math.max(best, operations * 1e9 / (System.nanoTime() - begin));
        } while (System.nanoTime() < end);
      }
    }
    return best;
  }
}
