package org.gta4j.measure;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.gta4j.model.ModelConfig;
import org.gta4j.ops.Ops;
import org.gta4j.ops.PackedLinear;
import org.gta4j.tensor.DType;
import org.gta4j.tensor.FloatMatrix;
import org.gta4j.tensor.Shape;

/**
 * How fast the layers of a model's feed-forward network run here, as a rule: the middle one of many
 * runs, where {@link MachineRates} has the best.
 *
 * @param productOperations arithmetic operations a second in products of many rows
 * @param vectorBytes bytes of weights a second in products of one row, with weights from memory
 * @param elementOperations arithmetic operations a second on numbers by themselves, of many rows
 * @param startSeconds what such an operation takes of one row, where it is mostly begun and ended
 */
public record LayerRates(
    double productOperations, double vectorBytes, double elementOperations, double startSeconds) {
  private static final int ROWS = 256;

  /** More than the last-level cache that such a machine has for itself. */
  private static final long WEIGHT_BYTES = 192L << 20;

  /** Long enough for a JVM to compile what it measures, where that is Java. */
  private static final long NANOS = 600_000_000;

  private static final int LEAST_RUNS = 5;

  /**
   * Measures all.
   *
   * @param weights the type of the weights
   */
  public static LayerRates measure(Ops ops, ModelConfig config, DType weights) {
    int hidden = config.hiddenSize();
    int inner = config.intermediateSize();
    long bytes = weights.bytes((long) hidden * inner);
    long all = Math.min(WEIGHT_BYTES, weights.bytes(config.parameters()));
    int pairs = (int) Math.max(1, all / (2 * bytes));
    try (Arena arena = Arena.ofShared()) {
      SplittableRandom random = new SplittableRandom(0);
      FloatMatrix x = RandomRows.matrix(arena, ROWS, hidden, random);
      FloatMatrix up = RandomRows.matrix(arena, ROWS, inner, random);
      FloatMatrix out = FloatMatrix.allocate(arena, ROWS, hidden);
      List<PackedLinear> packed = new ArrayList<>();
      for (int i = 0; i < pairs; i++) {
        packed.add(packed(ops, weights, inner, hidden, random, arena));
        packed.add(packed(ops, weights, hidden, inner, random, arena));
      }
      int few = Math.min(packed.size(), 4);
      double products = seconds(() -> products(ops, packed.subList(0, few), x, up, out, ROWS));
      double vectors = seconds(() -> products(ops, packed, x, up, out, 1));
      // Twice a small number's SiLU is that number: it stays what it is, and never becomes so small
      // that arithmetic slows down.
      FloatMatrix gate = RandomRows.matrix(arena, ROWS, inner, random);
      for (int row = 0; row < ROWS; row++) {
        for (int column = 0; column < inner; column++) {
          up.set(row, column, 2);
        }
      }
      float[] ones = new float[hidden];
      Arrays.fill(ones, 1);
      double elements = seconds(() -> elements(ops, ones, x, out, gate, up, ROWS));
      double starts = seconds(() -> elements(ops, ones, x, out, gate, up, 1));
      return new LayerRates(
          2.0 * ROWS * hidden * inner * few / products,
          (double) bytes * packed.size() / vectors,
          // As they are counted in a step's work: seven for a norm, one to add, two to activate.
          ROWS * (8.0 * hidden + 2.0 * inner) / elements,
          starts / 3);
    }
  }

  private static void products(
      Ops ops,
      List<PackedLinear> packed,
      FloatMatrix x,
      FloatMatrix up,
      FloatMatrix out,
      int rows) {
    for (int i = 0; i < packed.size(); i += 2) {
      ops.linear(packed.get(i), x, up, rows);
      ops.linear(packed.get(i + 1), up, out, rows);
    }
  }

  private static void elements(
      Ops ops,
      float[] ones,
      FloatMatrix x,
      FloatMatrix out,
      FloatMatrix gate,
      FloatMatrix up,
      int rows) {
    ops.rmsNorm(ones, 1e-5f, x.heads(1), out.heads(1), rows);
    ops.swiGlu(gate, up, rows);
    ops.add(x, out, rows);
  }

  private static PackedLinear packed(
      Ops ops, DType weights, int outputs, int inputs, SplittableRandom random, Arena arena) {
    return ops.pack(
        RandomWeights.matrix(weights, Shape.of(outputs, inputs), random, arena), Optional.empty());
  }

  /** Seconds of the middle one of several runs. */
  private static double seconds(Runnable run) {
    run.run();
    Samples samples = new Samples();
    long end = System.nanoTime() + NANOS;
    for (int runs = 0; runs < LEAST_RUNS || System.nanoTime() < end; runs++) {
      long begin = System.nanoTime();
      run.run();
      samples.add((System.nanoTime() - begin) / 1e9);
    }
    return samples.median().orElseThrow();
  }
}
