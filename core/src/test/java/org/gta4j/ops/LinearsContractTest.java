package org.gta4j.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.gta4j.ops.WeightTensors.Kind;
import org.gta4j.tensor.DType;
import org.gta4j.tensor.FloatMatrix;
import org.gta4j.tensor.Halves;
import org.gta4j.tensor.Shape;
import org.gta4j.tensor.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every implementation's layers of one input: each gives what it gives alone, bit for bit. */
class LinearsContractTest {
  private static final int INPUTS = 256;

  static List<Backend> backends() {
    return Backend.all();
  }

  @ParameterizedTest
  @MethodSource("backends")
  void layersTogetherGiveWhatTheyGiveAlone(Backend backend) {
    try (Ops ops = backend.start(2)) {
      List<DType> types = Backend.weightTypes(ops);
      for (int rows : new int[] {0, 1, 2, 5, 70}) {
        for (DType dtype : types) {
          compare(ops, rows, List.of(dtype, dtype, dtype), 64, 7, 130);
        }
        // Neighbours of other types, whose inputs are prepared otherwise, and a mixture of all.
        compare(ops, rows, types, 32, 33, 5, 96, 1, 64, 31, 40, 8, 100, 16);
        compare(ops, rows, types.reversed(), 3, 200, 32);
      }
    }
  }

  private static void compare(Ops ops, int rows, List<DType> types, int... outputs) {
    try (Arena arena = Arena.ofShared()) {
      Numbers numbers = Numbers.normal(rows);
      Guarded x = Guarded.of(arena, rows, INPUTS, (row, i) -> numbers.at(row, i, 0, 0));
      List<PackedLinear> layers = new ArrayList<>();
      List<Guarded> together = new ArrayList<>();
      for (int i = 0; i < outputs.length; i++) {
        DType dtype = types.get(i % types.size());
        layers.add(
            ops.pack(
                WeightTensors.tensor(arena, dtype, Shape.of(outputs[i], INPUTS), Kind.USUAL, i),
                Optional.of(
                    WeightTensors.tensor(
                        arena,
                        WeightTensors.biasType(dtype),
                        Shape.of(outputs[i]),
                        Kind.USUAL,
                        i))));
        together.add(Guarded.allocate(arena, rows + 1, outputs[i]));
      }
      int[][] before = together.stream().map(Guarded::bits).toArray(int[][]::new);
      ops.linears(
          layers,
          x.matrix(),
          together.stream().map(Guarded::matrix).toArray(FloatMatrix[]::new),
          rows);
      for (int i = 0; i < outputs.length; i++) {
        String what = "layer %d of %s, %d rows".formatted(i, types, rows);
        Guarded alone = Guarded.allocate(arena, rows + 1, outputs[i]);
        ops.linear(layers.get(i), x.matrix(), alone.matrix(), rows);
        assertThat(together.get(i).bits()).as(what).isEqualTo(alone.bits());
        together
            .get(i)
            .assertUnchangedBut(before[i], together.get(i).matrix().heads(1), rows, what);
      }
    }
  }

  /** Hostile files have them; kernels that are fast at halves may take them for numbers. */
  @ParameterizedTest
  @MethodSource("backends")
  void aScaleThatIsNotFiniteSpoilsItsOwnOutputAndNoOther(Backend backend) {
    try (Ops ops = backend.start(2)) {
      for (DType dtype : Backend.weightTypes(ops)) {
        for (int rows : dtype.isQuantized() ? new int[] {1, 9} : new int[0]) {
          for (long scale : WeightTensors.scales(dtype)) {
            for (float broken : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
              spoil(ops, dtype, rows, scale, broken);
            }
          }
        }
      }
    }
  }

  private static void spoil(Ops ops, DType dtype, int rows, long scale, float broken) {
    int outputs = 70;
    int spoilt = 37;
    try (Arena arena = Arena.ofShared()) {
      Shape shape = Shape.of(outputs, INPUTS);
      Tensor whole = WeightTensors.tensor(arena, dtype, shape, Kind.USUAL, 2);
      Tensor other = WeightTensors.tensor(arena, dtype, shape, Kind.USUAL, 2);
      long row = dtype.bytes(INPUTS);
      other.data().set(Tensor.SHORT, spoilt * row + scale, Halves.toF16(broken));
      List<PackedLinear> layers =
          List.of(
              ops.pack(whole, Optional.empty()),
              ops.pack(other, Optional.empty()),
              ops.pack(whole, Optional.empty()));
      Numbers numbers = Numbers.normal(rows);
      Guarded x = Guarded.of(arena, rows, INPUTS, (r, i) -> numbers.at(r, i, 0, 0));
      FloatMatrix[] outs = new FloatMatrix[layers.size()];
      Arrays.setAll(outs, i -> FloatMatrix.allocate(arena, rows, outputs));
      ops.linears(layers, x.matrix(), outs, rows);
      String what = "%s, %s at %d, %d rows".formatted(dtype, broken, scale, rows);
      for (int r = 0; r < rows; r++) {
        for (int o = 0; o < outputs; o++) {
          float wanted = outs[0].get(r, o);
          assertThat(outs[2].get(r, o)).as(what).isEqualTo(wanted);
          if (o == spoilt) {
            assertThat(Float.isFinite(outs[1].get(r, o))).as(what).isFalse();
          } else {
            assertThat(outs[1].get(r, o)).as(what).isCloseTo(wanted, offset(1e-3f));
          }
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void layersOfOtherSizesAreRefused(Backend backend) {
    try (Ops ops = backend.start(2);
        Arena arena = Arena.ofShared()) {
      PackedLinear layer =
          ops.pack(
              WeightTensors.tensor(arena, DType.F32, Shape.of(8, INPUTS), Kind.USUAL, 0),
              Optional.empty());
      FloatMatrix x = FloatMatrix.allocate(arena, 2, INPUTS);
      FloatMatrix fits = FloatMatrix.allocate(arena, 2, 8);
      FloatMatrix narrow = FloatMatrix.allocate(arena, 2, 7);
      assertThatThrownBy(
              () -> ops.linears(List.of(layer, layer), x, new FloatMatrix[] {fits, narrow}, 2))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("expected 8")
          .hasMessageContaining("found 7");
      assertThatThrownBy(() -> ops.linears(List.of(layer), x, new FloatMatrix[] {fits, fits}, 2))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> ops.linears(List.of(layer), x, new FloatMatrix[] {fits}, 3))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
