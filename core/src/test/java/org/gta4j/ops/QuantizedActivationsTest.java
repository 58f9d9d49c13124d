package org.gta4j.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.gta4j.ops.WeightTensors.Kind;
import org.gta4j.tensor.DType;
import org.gta4j.tensor.FloatMatrix;
import org.gta4j.tensor.Shape;
import org.gta4j.tensor.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Linear layers whose inputs are quantized: what they compute is exactly defined, a block's scale
 * is its largest magnitude over 127, and held to here in double.
 */
class QuantizedActivationsTest {
  /**
   * An implementation with a type of weights whose inputs it quantizes.
   *
   * @param backend the implementation
   * @param dtype the weights' type
   */
  record Case(Backend backend, DType dtype) {
    @Override
    public String toString() {
      return backend.name() + " " + dtype;
    }
  }

  /** All of them; an implementation that quantizes no inputs has none. */
  static List<Case> cases() {
    List<Case> cases = new ArrayList<>();
    for (Backend backend : Backend.all()) {
      try (Ops ops = backend.start(1, Activations.AUTO)) {
        for (DType dtype : DType.values()) {
          if (ops.quantizesInputsOf(dtype)) {
            cases.add(new Case(backend, dtype));
          }
        }
      }
    }
    return cases;
  }

  private static Tensor weights(Arena arena, DType dtype, int outputs, int inputs, long seed) {
    return WeightTensors.tensor(arena, dtype, Shape.of(outputs, inputs), Kind.USUAL, seed);
  }

  private static FloatMatrix rows(Arena arena, int rows, int columns, long seed) {
    Numbers numbers = Numbers.normal(seed);
    return Guarded.of(arena, rows, columns, (row, i) -> numbers.at(row, i, 0, 0)).matrix();
  }

  /** What the inputs become: whole multiples of their block's scale. */
  private static double[] quantized(FloatMatrix x, int row) {
    double[] values = new double[x.columns()];
    for (int begin = 0; begin < values.length; begin += Activations.BLOCK) {
      float largest = 0;
      for (int i = 0; i < Activations.BLOCK; i++) {
        largest = Math.max(largest, Math.abs(x.get(row, begin + i)));
      }
      if (largest >= Activations.SMALLEST) {
        for (int i = 0; i < Activations.BLOCK; i++) {
          values[begin + i] =
              Math.rint(x.get(row, begin + i) * (127f / largest)) * (double) (largest / 127f);
        }
      }
    }
    return values;
  }

  @ParameterizedTest
  @MethodSource("cases")
  void sumsAreThoseOfTheQuantizedInputs(Case tested) {
    DType dtype = tested.dtype();
    try (Ops ops = tested.backend().start(2, Activations.AUTO);
        Arena arena = Arena.ofShared()) {
      for (int blocks : new int[] {1, 3, 8}) {
        int inputs = dtype.blockElements() * blocks;
        for (int outputs : new int[] {1, 31, 33, 70}) {
          Tensor weight = weights(arena, dtype, outputs, inputs, outputs);
          PackedLinear packed = ops.pack(weight, Optional.empty());
          for (int rows : new int[] {1, 2, 5, 6, 7, 13}) {
            FloatMatrix x = rows(arena, rows, inputs, rows);
            FloatMatrix out = FloatMatrix.allocate(arena, rows, outputs);
            ops.linear(packed, x, out, rows);
            for (int row = 0; row < rows; row++) {
              double[] values = quantized(x, row);
              for (int o = 0; o < outputs; o++) {
                double sum = 0;
                double magnitude = 0;
                for (int i = 0; i < inputs; i++) {
                  double product = values[i] * weight.get((long) o * inputs + i);
                  sum += product;
                  magnitude += Math.abs(product);
                }
                // Offsets and minima cancel: what they add is at most 16 times the numbers.
                assertThat((double) out.get(row, o))
                    .as(
                        "%s [%d, %d], row %d of %d, output %d",
                        dtype, outputs, inputs, row, rows, o)
                    .isCloseTo(sum, offset(1e-5 * magnitude + 1e-4));
              }
            }
          }
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void aRowIsTheSameAloneAndBesideWhatIsNoNumber(Case tested) {
    DType dtype = tested.dtype();
    int inputs = dtype.blockElements() * 2;
    int outputs = 100;
    int rows = 13;
    try (Ops one = tested.backend().start(1, Activations.AUTO);
        Ops two = tested.backend().start(2, Activations.AUTO);
        Arena arena = Arena.ofShared()) {
      Tensor weight = weights(arena, dtype, outputs, inputs, 7);
      FloatMatrix x = rows(arena, rows, inputs, 8);
      FloatMatrix together = FloatMatrix.allocate(arena, rows, outputs);
      two.linear(two.pack(weight, Optional.empty()), x, together, rows);
      PackedLinear packed = one.pack(weight, Optional.empty());
      FloatMatrix alone = FloatMatrix.allocate(arena, 1, outputs);
      for (int row = 0; row < rows; row++) {
        one.linear(packed, x.rows(row, 1), alone, 1);
        for (int o = 0; o < outputs; o++) {
          assertThat(alone.get(0, o)).isEqualTo(together.get(row, o));
        }
      }
      for (float poison :
          new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
        x.set(4, 17, poison);
        FloatMatrix poisoned = FloatMatrix.allocate(arena, rows, outputs);
        one.linear(packed, x, poisoned, rows);
        for (int row = 0; row < rows; row++) {
          for (int o = 0; o < outputs; o++) {
            if (row == 4) {
              assertThat(poisoned.get(row, o)).as("a result of %s", poison).isNaN();
            } else {
              assertThat(poisoned.get(row, o)).isEqualTo(together.get(row, o));
            }
          }
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void rowsOfZerosAndOfVanishingNumbersGiveZeros(Case tested) {
    DType dtype = tested.dtype();
    int inputs = dtype.blockElements();
    try (Ops ops = tested.backend().start(1, Activations.AUTO);
        Arena arena = Arena.ofShared()) {
      PackedLinear packed = ops.pack(weights(arena, dtype, 5, inputs, 1), Optional.empty());
      FloatMatrix x = FloatMatrix.allocate(arena, 2, inputs);
      for (int i = 0; i < inputs; i++) {
        x.set(1, i, i % 2 == 0 ? Float.MIN_VALUE : -1e-37f);
      }
      FloatMatrix out = FloatMatrix.allocate(arena, 2, 5);
      ops.linear(packed, x, out, 2);
      for (int o = 0; o < 5; o++) {
        assertThat(out.get(0, o)).isZero();
        assertThat(out.get(1, o)).isZero();
      }
    }
  }

  private static void assertSameBits(String what, FloatMatrix found, FloatMatrix expected) {
    for (int row = 0; row < expected.rows(); row++) {
      for (int o = 0; o < expected.columns(); o++) {
        assertThat(found.get(row, o)).as("%s, row %d", what, row).isEqualTo(expected.get(row, o));
      }
    }
  }

  /** Beside layers whose inputs are prepared as theirs are, with another offset, or not at all. */
  @ParameterizedTest
  @MethodSource("cases")
  void layersOfOneInputGiveWhatTheyGiveAlone(Case tested) {
    DType dtype = tested.dtype();
    int inputs = 512;
    DType[] types = {dtype, dtype, DType.Q8_0, DType.Q4_0, DType.F16, DType.Q4_1, dtype};
    int[] outputs = {64, 5, 33, 100, 31, 8, 130};
    try (Ops ops = tested.backend().start(2, Activations.AUTO);
        Arena arena = Arena.ofShared()) {
      List<PackedLinear> layers = new ArrayList<>();
      for (int i = 0; i < types.length; i++) {
        layers.add(ops.pack(weights(arena, types[i], outputs[i], inputs, i), Optional.empty()));
      }
      for (int rows : new int[] {1, 2, 7, 13}) {
        FloatMatrix x = rows(arena, rows, inputs, rows);
        FloatMatrix[] together = new FloatMatrix[types.length];
        Arrays.setAll(together, i -> FloatMatrix.allocate(arena, rows, outputs[i]));
        ops.linears(layers, x, together, rows);
        for (int i = 0; i < types.length; i++) {
          FloatMatrix alone = FloatMatrix.allocate(arena, rows, outputs[i]);
          ops.linear(layers.get(i), x, alone, rows);
          assertSameBits("layer %d of %s".formatted(i, dtype), together[i], alone);
        }
      }
    }
  }
}
