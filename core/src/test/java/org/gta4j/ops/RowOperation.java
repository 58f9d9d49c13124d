package org.gta4j.ops;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.gta4j.tensor.DType;
import org.gta4j.tensor.FloatMatrix;
import org.gta4j.tensor.Shape;

/**
 * An operation that makes a row of results from a row of numbers and from nothing else, so that
 * tests can put rows beside each other as they like.
 *
 * @param name what it is
 * @param inputs floats a row
 * @param outputs floats a row of results
 * @param computation what computes the first rows
 */
record RowOperation(String name, int inputs, int outputs, Computation computation) {
  /**
   * Computes {@code rows} rows of {@code out}, which begins as a copy of the input's first columns
   * where it is changed.
   */
  @FunctionalInterface
  interface Computation {
    void compute(Ops ops, FloatMatrix in, FloatMatrix out, int rows);
  }

  /**
   * All operations, with weights of every type that {@code ops} computes on; ragged and whole
   * sizes.
   */
  static List<RowOperation> all(Ops ops, Arena arena) {
    List<RowOperation> all = new ArrayList<>();
    for (DType dtype : Backend.weightTypes(ops)) {
      int block = dtype.blockElements();
      boolean blocks = dtype.isQuantized();
      for (int[] size : new int[][] {{64, 48}, {37, 29}, {130, 7}, {64, 130}}) {
        int inputs = blocks ? block * (1 + size[0] % 2) : size[0];
        all.add(linear(ops, arena, dtype, inputs, size[1]));
      }
      all.add(headLinear(ops, arena, dtype, 5, blocks ? block : 33, 18));
    }
    for (int width : new int[] {64, 19}) {
      float[] weight = new float[width];
      for (int i = 0; i < width; i++) {
        weight[i] = 1 + i * 0.01f;
      }
      all.add(
          new RowOperation(
              "rmsNorm of " + width,
              3 * width,
              3 * width,
              (o, in, out, rows) -> o.rmsNorm(weight, 1e-5f, in.heads(3), out.heads(3), rows)));
      for (RotaryAngles.Pairs pairs : RotaryAngles.Pairs.values()) {
        all.add(rotate(pairs, width));
      }
      all.add(
          new RowOperation(
              "swiGlu of " + width,
              2 * width,
              width,
              (o, in, out, rows) -> {
                copy(in, out, rows);
                o.swiGlu(out, in.columns(width, width), rows);
              }));
      all.add(
          new RowOperation(
              "sigmoidGate of " + width,
              2 * width,
              width,
              (o, in, out, rows) -> {
                copy(in, out, rows);
                o.sigmoidGate(in.columns(width, width), out, rows);
              }));
      for (GateActivation activation : GateActivation.values()) {
        all.add(
            new RowOperation(
                "%s gate of %d".formatted(activation.label(), width),
                2 * width,
                width,
                (o, in, out, rows) -> {
                  copy(in, out, rows);
                  o.gate(activation, in.columns(width, width), out, rows);
                }));
      }
      all.add(
          new RowOperation(
              "add of " + width,
              2 * width,
              width,
              (o, in, out, rows) -> {
                copy(in, out, rows);
                o.add(out, in.columns(width, width), rows);
              }));
      all.add(
          new RowOperation(
              "copyHeads of " + width,
              2 * width,
              6 * width,
              (o, in, out, rows) -> o.copyHeads(in.heads(2), out.heads(6), rows)));
    }
    return all;
  }

  private static RowOperation linear(Ops ops, Arena arena, DType dtype, int inputs, int outputs) {
    PackedLinear packed =
        ops.pack(
            WeightTensors.tensor(
                arena, dtype, Shape.of(outputs, inputs), WeightTensors.Kind.USUAL, 2),
            Optional.of(
                WeightTensors.tensor(
                    arena,
                    WeightTensors.biasType(dtype),
                    Shape.of(outputs),
                    WeightTensors.Kind.USUAL,
                    4)));
    return new RowOperation(
        "linear %s [%d, %d]".formatted(dtype, outputs, inputs),
        inputs,
        outputs,
        (o, in, out, rows) -> o.linear(packed, in, out, rows));
  }

  private static RowOperation headLinear(
      Ops ops, Arena arena, DType dtype, int heads, int inputs, int outputs) {
    PackedHeads packed =
        ops.packHeads(
            WeightTensors.tensor(
                arena, dtype, Shape.of(heads, outputs, inputs), WeightTensors.Kind.USUAL, 6));
    return new RowOperation(
        "headLinear " + dtype,
        heads * inputs,
        heads * outputs,
        (o, in, out, rows) -> o.headLinear(packed, in.heads(heads), out.heads(heads), rows));
  }

  private static RowOperation rotate(RotaryAngles.Pairs pairs, int width) {
    return new RowOperation(
        "rotate %s of %d".formatted(pairs, width),
        6 * width,
        4 * width,
        (o, in, out, rows) -> {
          copy(in, out, rows);
          RotaryAngles angles =
              new RotaryAngles(in.columns(4 * width, width), in.columns(5 * width, width), pairs);
          o.rotate(angles, out.heads(2), rows);
        });
  }

  private static void copy(FloatMatrix in, FloatMatrix out, int rows) {
    for (int row = 0; row < rows; row++) {
      for (int i = 0; i < out.columns(); i++) {
        out.set(row, i, in.get(row, i));
      }
    }
  }

  /** One number of a row. */
  @FunctionalInterface
  interface RowNumbers {
    float get(int row, int column);
  }

  /** Computes rows in a fresh matrix; returns the bits of their results. */
  int[][] bits(Ops ops, int rows, RowNumbers numbers) {
    try (Arena arena = Arena.ofShared()) {
      Guarded in = Guarded.of(arena, rows, inputs, numbers::get);
      Guarded out = Guarded.allocate(arena, rows + 1, outputs);
      int[] before = out.bits();
      computation.compute(ops, in.matrix(), out.matrix(), rows);
      out.assertUnchangedBut(before, out.matrix().heads(1), rows, name);
      int[][] bits = new int[rows][];
      for (int row = 0; row < rows; row++) {
        bits[row] = Guarded.rowBits(out.matrix(), row);
      }
      return bits;
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
