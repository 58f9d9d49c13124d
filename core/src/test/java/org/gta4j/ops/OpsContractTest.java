package org.gta4j.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import java.lang.foreign.Arena;
import java.util.List;
import org.gta4j.ops.scalar.ScalarOps;
import org.gta4j.tensor.DType;
import org.gta4j.tensor.FloatMatrix;
import org.gta4j.tensor.Heads;
import org.gta4j.tensor.Shape;
import org.gta4j.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every implementation of the operations that work on elements and heads, against the
 * specification.
 */
class OpsContractTest {
  /** Sizes around every width a vector, a tile or a chunk of work may have. */
  private static final int SIZES = 70;

  private static final ScalarOps SPECIFICATION = new ScalarOps();

  static List<Backend> backends() {
    return Backend.all();
  }

  @ParameterizedTest
  @MethodSource("backends")
  void embeddingCopiesRowsOfItsTableExactly(Backend backend) {
    try (Ops ops = backend.start(2);
        Arena arena = Arena.ofShared()) {
      for (DType dtype : Backend.weightTypes(ops)) {
        int block = dtype.blockElements();
        for (int columns = block; columns <= Math.max(SIZES, 3 * block); columns += block) {
          for (WeightTensors.Kind kind : WeightTensors.Kind.values()) {
            Tensor table = WeightTensors.tensor(arena, dtype, Shape.of(11, columns), kind, columns);
            int[] ids = {10, 0, 3, 3, 9, 99};
            Guarded found = Guarded.allocate(arena, 7, columns);
            int[] before = found.bits();
            ops.embed(table, ids, found.matrix(), 5);
            String what = "%s %s, %d columns".formatted(dtype, kind, columns);
            found.assertUnchangedBut(before, found.matrix().heads(1), 5, what);
            for (int row = 0; row < 5; row++) {
              for (int i = 0; i < columns; i++) {
                assertThat(found.matrix().get(row, i))
                    .as(what)
                    .isEqualTo(table.get((long) ids[row] * columns + i));
              }
            }
          }
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void normsOfPartsOfRowsAreWithinTolerance(Backend backend) {
    try (Ops ops = backend.start(2)) {
      // Up to 1e15: squares of larger numbers are none that an f32 can hold.
      for (double scale : new double[] {1, 1e-15, 1e15, 3e4}) {
        for (int width = 1; width <= SIZES; width++) {
          for (float epsilon : new float[] {1e-6f, 1e-5f, 1e-12f}) {
            norm(ops, width, Numbers.normal(width).times(scale), epsilon);
          }
        }
        norm(ops, 4097, Numbers.normal(1).times(scale), 1e-5f);
        // A few numbers a thousand times larger than the others, as large models have them.
        Numbers numbers = Numbers.normal(2).times(scale);
        norm(ops, 2048, (a, b, c, d) -> numbers.at(a, b, c, d) * (c % 500 == 3 ? 1000 : 1), 1e-5f);
      }
    }
  }

  private static void norm(Ops ops, int width, Numbers numbers, float epsilon) {
    int heads = 1 + width % 4;
    int rows = 1 + width * 7 % 9;
    float[] weight = new float[width];
    for (int i = 0; i < width; i++) {
      weight[i] = 1 + 0.5f * Numbers.normal(width).at(99, i, 0, 0);
    }
    try (Arena arena = Arena.ofShared()) {
      Guarded x = Guarded.allocate(arena, rows + 1, 3 + heads * (width + 2));
      Heads part = x.matrix().heads(heads, width, 3, width + 2);
      Guarded.fill(part, rows, (row, head, i) -> numbers.at(row, head, i, width));
      Guarded expected = x.copy(arena);
      Heads wanted = expected.matrix().heads(heads, width, 3, width + 2);
      SPECIFICATION.rmsNorm(weight, epsilon, wanted, wanted, rows);
      String what = "%d heads of %d, epsilon %s".formatted(heads, width, epsilon);
      Closeness.Allowed allowed =
          (row, head, i) -> Tolerance.norm(width, Math.abs(wanted.get(row, head, i)));

      Guarded out = Guarded.allocate(arena, rows + 1, 1 + heads * (width + 1));
      Heads outPart = out.matrix().heads(heads, width, 1, width + 1);
      int[] beforeX = x.bits();
      int[] beforeOut = out.bits();
      ops.rmsNorm(weight, epsilon, part, outPart, rows);
      Closeness.assertClose(what, wanted, outPart, rows, allowed);
      x.assertUnchanged(beforeX, what);
      out.assertUnchangedBut(beforeOut, outPart, rows, what);

      ops.rmsNorm(weight, epsilon, part, part, rows);
      Closeness.assertClose(what + ", in place", wanted, part, rows, allowed);
      x.assertUnchangedBut(beforeX, part, rows, what + ", in place");
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void rotationsOfBothLayoutsAreWithinTolerance(Backend backend) {
    try (Ops ops = backend.start(2);
        Arena arena = Arena.ofShared()) {
      for (int pairs = 1; pairs <= SIZES; pairs++) {
        for (RotaryAngles.Pairs layout : RotaryAngles.Pairs.values()) {
          int heads = 1 + pairs % 5;
          int rows = 1 + pairs * 11 % 8;
          int width = 2 * pairs;
          Numbers numbers = Numbers.normal(pairs);
          Guarded cosine =
              Guarded.of(arena, rows, pairs, (row, i) -> (float) Math.cos(row * 1000 + i));
          Guarded sine =
              Guarded.of(arena, rows, pairs, (row, i) -> (float) (1.5 * Math.sin(row * 1000 + i)));
          RotaryAngles angles = new RotaryAngles(cosine.matrix(), sine.matrix(), layout);
          Guarded x = Guarded.allocate(arena, rows + 1, 2 + heads * (width + 3));
          Heads part = x.matrix().heads(heads, width, 2, width + 3);
          Guarded.fill(part, rows, (row, head, i) -> numbers.at(row, head, i, 0));
          Guarded original = x.copy(arena);
          Guarded expected = x.copy(arena);
          Heads expectedPart = expected.matrix().heads(heads, width, 2, width + 3);
          Heads originalPart = original.matrix().heads(heads, width, 2, width + 3);
          SPECIFICATION.rotate(angles, expectedPart, rows);
          int[] before = x.bits();
          int[] beforeCosine = cosine.bits();
          int[] beforeSine = sine.bits();
          ops.rotate(angles, part, rows);
          String what = "%d pairs, %s, %d heads".formatted(pairs, layout, heads);
          int half = pairs;
          Closeness.assertClose(
              what,
              expectedPart,
              part,
              rows,
              (row, head, i) -> {
                int other =
                    layout == RotaryAngles.Pairs.NEIGHBOURS ? i ^ 1 : (i + half) % (2 * half);
                return Tolerance.rotation(
                    1.5
                        * (Math.abs(originalPart.get(row, head, i))
                            + Math.abs(originalPart.get(row, head, other))));
              });
          x.assertUnchangedBut(before, part, rows, what);
          cosine.assertUnchanged(beforeCosine, what);
          sine.assertUnchanged(beforeSine, what);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void headsAreCopiedAsOftenAsTheyAreNeededExactly(Backend backend) {
    try (Ops ops = backend.start(2);
        Arena arena = Arena.ofShared()) {
      int[][] counts = {{1, 1}, {1, 5}, {3, 12}, {4, 4}, {12, 12}, {12, 3}, {2, 6}};
      for (int width = 1; width <= SIZES; width++) {
        int[] count = counts[width % counts.length];
        int rows = 1 + width % 6;
        Numbers numbers = Numbers.normal(width);
        Guarded x = Guarded.allocate(arena, rows + 1, 1 + count[0] * (width + 2));
        Heads from = x.matrix().heads(count[0], width, 1, width + 2);
        Guarded.fill(from, rows, (row, head, i) -> numbers.at(row, head, i, 0));
        Guarded out = Guarded.allocate(arena, rows + 1, 4 + count[1] * (width + 5));
        Heads to = out.matrix().heads(count[1], width, 4, width + 5);
        int[] beforeX = x.bits();
        int[] beforeOut = out.bits();
        ops.copyHeads(from, to, rows);
        String what = "%d heads of %d to %d".formatted(count[0], width, count[1]);
        x.assertUnchanged(beforeX, what);
        out.assertUnchangedBut(beforeOut, to, rows, what);
        for (int row = 0; row < rows; row++) {
          for (int head = 0; head < count[1]; head++) {
            for (int i = 0; i < width; i++) {
              assertThat(to.get(row, head, i))
                  .as(what)
                  .isEqualTo(from.get(row, head * count[0] / count[1], i));
            }
          }
        }
      }
    }
  }

  private interface Binary {
    void apply(Ops ops, FloatMatrix x, FloatMatrix y, int rows);
  }

  private interface Bound {
    double of(double x, double y, double result);
  }

  /** Runs an operation that changes its first matrix by its second on numbers of every size. */
  private static void elementwise(Backend backend, String name, Binary operation, Bound bound) {
    float[] special = {
      0f,
      -0f,
      1f,
      -1f,
      1e4f,
      -1e4f,
      87.3f,
      -87.3f,
      88.4f,
      -88.4f,
      89f,
      -89f,
      103f,
      -104f,
      16.7f,
      -16.7f,
      Float.MIN_VALUE,
      -Float.MIN_VALUE,
      1e-40f,
      -1e-40f,
      Float.MIN_NORMAL,
      -Float.MIN_NORMAL,
      500f,
      -500f,
      1e38f,
      -1e38f,
      3e38f,
      -3e38f
    };
    try (Ops ops = backend.start(2);
        Arena arena = Arena.ofShared()) {
      for (int columns = 1; columns <= SIZES; columns++) {
        for (int rows :
            new int[] {
              1, 3, columns == SIZES ? 300 : 2
            }) { // 300 rows of 70 are shared among threads
          Numbers sizes = Numbers.exponents(columns, -140, 13);
          Numbers common = Numbers.normal(columns).times(8);
          Guarded x =
              Guarded.of(
                  arena,
                  rows,
                  columns,
                  (row, i) ->
                      (row + i) % 3 == 0
                          ? special[(row * 7 + i) % special.length]
                          : (row + i) % 3 == 1 ? sizes.at(0, row, i, 0) : common.at(0, row, i, 0));
          Guarded y =
              Guarded.of(
                  arena,
                  rows,
                  columns,
                  (row, i) ->
                      (row + i) % 4 == 0
                          ? special[(row * 5 + i * 3) % special.length]
                          : common.at(1, row, i, 0));
          Guarded original = x.copy(arena);
          Guarded expected = x.copy(arena);
          operation.apply(SPECIFICATION, expected.matrix(), y.matrix(), rows);
          int[] beforeX = x.bits();
          int[] beforeY = y.bits();
          operation.apply(ops, x.matrix(), y.matrix(), rows);
          String what = "%s of %d rows of %d".formatted(name, rows, columns);
          for (int row = 0; row < rows; row++) {
            for (int i = 0; i < columns; i++) {
              float a = original.matrix().get(row, i);
              float b = y.matrix().get(row, i);
              float result = expected.matrix().get(row, i);
              double allowed = bound.of(a, b, Math.abs(result));
              float found = x.matrix().get(row, i);
              boolean close =
                  Float.isInfinite(result)
                      ? found == result
                      : Math.abs((double) result - found) <= allowed;
              if (!close) {
                throw Closeness.apart("%s: (%s, %s)".formatted(what, a, b), result, found, allowed);
              }
            }
          }
          x.assertUnchangedBut(beforeX, x.matrix().heads(1), rows, what);
          y.assertUnchanged(beforeY, what);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void additionIsExact(Backend backend) {
    elementwise(backend, "add", Ops::add, (x, y, result) -> 0);
  }

  @ParameterizedTest
  @MethodSource("backends")
  void swiGluIsWithinToleranceFromClosedToOpen(Backend backend) {
    elementwise(
        backend,
        "swiGlu",
        (ops, gate, up, rows) -> ops.swiGlu(gate, up, rows),
        (gate, up, result) ->
            Tolerance.gate(result, gate, Math.abs(gate * up)) + Float.MIN_VALUE * Math.abs(up));
  }

  @ParameterizedTest
  @MethodSource("backends")
  void sigmoidGateIsWithinToleranceFromClosedToOpen(Backend backend) {
    elementwise(
        backend,
        "sigmoidGate",
        (ops, x, gate, rows) -> ops.sigmoidGate(gate, x, rows),
        (x, gate, result) -> Tolerance.gate(result, gate, Math.abs(x)));
  }

  @ParameterizedTest
  @MethodSource("backends")
  void everyActivationOfAGateIsWithinTolerance(Backend backend) {
    try (Ops ops = backend.start(2);
        Arena arena = Arena.ofShared()) {
      Numbers numbers = Numbers.normal(9).times(6);
      for (GateActivation activation : GateActivation.values()) {
        for (int columns : new int[] {1, 7, 16, 70}) {
          Guarded gate = Guarded.of(arena, 3, columns, (row, i) -> numbers.at(row, i, 0, 0));
          Guarded x = Guarded.of(arena, 3, columns, (row, i) -> row + i - 2.5f);
          ops.gate(activation, gate.matrix(), x.matrix(), 2);
          for (int row = 0; row < 3; row++) {
            for (int i = 0; i < columns; i++) {
              double before = row + i - 2.5;
              double after = row < 2 ? before * activation.of(gate.matrix().get(row, i)) : before;
              assertThat((double) x.matrix().get(row, i))
                  .as("%s, row %d, column %d", activation, row, i)
                  .isCloseTo(after, offset(2e-6 * Math.abs(after)));
            }
          }
        }
      }
    }
  }

  @Test
  void activationsAreWhatTheirNamesSay() {
    assertThat(GateActivation.SIGMOID.of(0)).isEqualTo(0.5);
    assertThat(GateActivation.SILU.of(1)).isCloseTo(1 / (1 + Math.exp(-1)), offset(1e-15));
    assertThat(GateActivation.SILU.of(-800)).isZero();
    assertThat(GateActivation.RELU_SQUARED.of(-2)).isZero();
    assertThat(GateActivation.RELU_SQUARED.of(3)).isEqualTo(9);
  }

  @ParameterizedTest
  @MethodSource("backends")
  void gatesSaturateAtTheirEnds(Backend backend) {
    try (Ops ops = backend.start(1);
        Arena arena = Arena.ofShared()) {
      float[] gates = {3e38f, 1e38f, 1e4f, 88.5f, 30f, 0f, -0f, -89f, -104f, -1e4f, -1e38f, -3e38f};
      for (int columns : new int[] {gates.length, 70}) {
        Guarded gate = Guarded.of(arena, 1, columns, (row, i) -> gates[i % gates.length]);
        Guarded x = Guarded.of(arena, 1, columns, (row, i) -> 3f);
        ops.sigmoidGate(gate.matrix(), x.matrix(), 1);
        for (int i = 0; i < columns; i++) {
          float expected =
              gates[i % gates.length] > 0 ? 3f : gates[i % gates.length] == 0 ? 1.5f : 0f;
          float allowed = gates[i % gates.length] < -104 ? 0f : 1e-37f;
          assertThat(x.matrix().get(0, i)).isCloseTo(expected, offset(allowed));
        }
      }
    }
  }
}
