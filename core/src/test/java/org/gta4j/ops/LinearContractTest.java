package org.gta4j.ops;

import java.lang.foreign.Arena;
import java.util.List;
import java.util.Optional;
import org.gta4j.ops.WeightTensors.Kind;
import org.gta4j.ops.scalar.ScalarOps;
import org.gta4j.tensor.DType;
import org.gta4j.tensor.Heads;
import org.gta4j.tensor.Shape;
import org.gta4j.tensor.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every implementation's matrix products, against the specification. */
class LinearContractTest {
  /** Sizes around every width a vector, a tile or a chunk of work may have. */
  private static final int SIZES = 70;

  private static final ScalarOps SPECIFICATION = new ScalarOps();

  static List<Backend> backends() {
    return Backend.all();
  }

  @ParameterizedTest
  @MethodSource("backends")
  void linearLayersAreWithinToleranceForEverySizeAndType(Backend backend) {
    try (Ops ops = backend.start(2)) {
      for (DType dtype : Backend.weightTypes(ops)) {
        if (dtype.isQuantized()) {
          linearInBlocks(ops, dtype);
          continue;
        }
        for (int inputs = 1; inputs <= SIZES; inputs++) {
          for (Kind kind : Kind.values()) {
            int outputs = 1 + inputs * 37 % SIZES; // every size once
            int rows = 1 + inputs * 53 % SIZES;
            linear(ops, dtype, kind, inputs, outputs, rows, inputs % 2 == 0);
          }
        }
        linear(ops, dtype, Kind.USUAL, 1000, 5, 3, true);
        linear(ops, dtype, Kind.USUAL, 8191, 9, 5, true);
        linear(ops, dtype, Kind.USUAL, 257, 130, 70, false);
        linear(ops, dtype, Kind.USUAL, 3, 4, 0, true);
      }
    }
  }

  /** Rows of one to three blocks with each number of rows from one to nine, and ragged outputs. */
  private static void linearInBlocks(Ops ops, DType dtype) {
    for (int size = 0; size < 27; size++) {
      int inputs = dtype.blockElements() * (1 + size / 9);
      for (Kind kind : Kind.values()) {
        linear(ops, dtype, kind, inputs, 1 + size * 37 % SIZES, 1 + size % 9, size % 2 == 0);
      }
    }
    // More outputs than the widest panel has, with and without tiles of rows.
    for (int rows : new int[] {1, 2, 4, 5, 13, 70}) {
      linear(ops, dtype, Kind.USUAL, 3 * dtype.blockElements(), 130, rows, true);
    }
    linear(ops, dtype, Kind.USUAL, 8192, 9, 5, true);
    linear(ops, dtype, Kind.USUAL, dtype.blockElements(), 37, 70, false);
    linear(ops, dtype, Kind.USUAL, dtype.blockElements(), 4, 0, true);
  }

  private static void linear(
      Ops ops, DType dtype, Kind kind, int inputs, int outputs, int rows, boolean biased) {
    try (Arena arena = Arena.ofShared()) {
      Tensor weight = WeightTensors.tensor(arena, dtype, Shape.of(outputs, inputs), kind, inputs);
      Optional<Tensor> bias =
          biased
              ? Optional.of(
                  WeightTensors.tensor(
                      arena, WeightTensors.biasType(dtype), Shape.of(outputs), Kind.USUAL, outputs))
              : Optional.empty();
      Numbers numbers = Numbers.normal(rows).times(kind.inputs());
      Guarded x = Guarded.of(arena, rows, inputs, (row, i) -> numbers.at(row, i, 0, 0));
      Guarded expected = Guarded.allocate(arena, rows + 1, outputs);
      Guarded found = Guarded.allocate(arena, rows + 1, outputs);
      SPECIFICATION.linear(SPECIFICATION.pack(weight, bias), x.matrix(), expected.matrix(), rows);
      int[] beforeX = x.bits();
      int[] before = found.bits();
      ops.linear(ops.pack(weight, bias), x.matrix(), found.matrix(), rows);
      String what = "%s %s [%d, %d], %d rows".formatted(dtype, kind, outputs, inputs, rows);
      Closeness.assertClose(
          what,
          expected.matrix().heads(1),
          found.matrix().heads(1),
          rows,
          (row, head, o) -> {
            double magnitude = bias.map(b -> Math.abs((double) b.get(o))).orElse(0.0);
            for (int i = 0; i < inputs; i++) {
              magnitude +=
                  Math.abs((double) weight.get((long) o * inputs + i) * x.matrix().get(row, i));
            }
            return Tolerance.dot(dtype, inputs, magnitude);
          });
      x.assertUnchanged(beforeX, what);
      found.assertUnchangedBut(before, found.matrix().heads(1), rows, what);
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void matricesPerHeadAreWithinToleranceBetweenStridedHeads(Backend backend) {
    try (Ops ops = backend.start(2)) {
      for (DType dtype : Backend.weightTypes(ops)) {
        int block = dtype.blockElements();
        for (int inputs = block; inputs <= Math.max(SIZES, block); inputs += block) {
          headLinear(
              ops, dtype, 1 + inputs % 5, inputs, 1 + inputs * 37 % SIZES, 1 + inputs * 53 % 13);
        }
        headLinear(ops, dtype, 5, Math.max(128, block), 130, 19);
      }
    }
  }

  private static void headLinear(
      Ops ops, DType dtype, int heads, int inputs, int outputs, int rows) {
    try (Arena arena = Arena.ofShared()) {
      Tensor weight =
          WeightTensors.tensor(arena, dtype, Shape.of(heads, outputs, inputs), Kind.USUAL, inputs);
      Numbers numbers = Numbers.normal(rows);
      Guarded x = Guarded.allocate(arena, rows + 1, 3 + heads * (inputs + 4));
      Heads from = x.matrix().heads(heads, inputs, 3, inputs + 4);
      Guarded.fill(from, rows, (row, head, i) -> numbers.at(row, head, i, 0));
      Guarded expected = Guarded.allocate(arena, rows + 1, 2 + heads * (outputs + 1));
      Heads wanted = expected.matrix().heads(heads, outputs, 2, outputs + 1);
      Guarded found = expected.copy(arena);
      Heads to = found.matrix().heads(heads, outputs, 2, outputs + 1);
      SPECIFICATION.headLinear(SPECIFICATION.packHeads(weight), from, wanted, rows);
      int[] beforeX = x.bits();
      int[] before = found.bits();
      ops.headLinear(ops.packHeads(weight), from, to, rows);
      String what = "%s [%d, %d, %d], %d rows".formatted(dtype, heads, outputs, inputs, rows);
      Closeness.assertClose(
          what,
          wanted,
          to,
          rows,
          (row, head, o) -> {
            double magnitude = 0;
            for (int i = 0; i < inputs; i++) {
              double w = weight.get(((long) head * outputs + o) * inputs + i);
              magnitude += Math.abs(w * from.get(row, head, i));
            }
            return Tolerance.dot(dtype, inputs, magnitude);
          });
      x.assertUnchanged(beforeX, what);
      found.assertUnchangedBut(before, to, rows, what);
    }
  }
}
