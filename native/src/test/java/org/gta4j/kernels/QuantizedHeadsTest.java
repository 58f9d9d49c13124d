package org.gta4j.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.gta4j.ops.Activations;
import org.gta4j.ops.Ops;
import org.gta4j.ops.PackedHeads;
import org.gta4j.tensor.DType;
import org.gta4j.tensor.FloatMatrix;
import org.gta4j.tensor.Shape;
import org.gta4j.tensor.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Matrices per head whose inputs are quantized, as those of layers are. */
class QuantizedHeadsTest {
  static List<DType> types() {
    return Arrays.stream(DType.values()).filter(DType::isQuantized).toList();
  }

  private static void assertSameBits(String what, FloatMatrix found, FloatMatrix expected) {
    for (int row = 0; row < expected.rows(); row++) {
      for (int o = 0; o < expected.columns(); o++) {
        assertThat(found.get(row, o)).as("%s, row %d", what, row).isEqualTo(expected.get(row, o));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("types")
  void matricesPerHeadGiveWhatEachGivesAlone(DType dtype) {
    int heads = 3;
    int inputs = dtype.blockElements() * 2;
    int outputs = 37;
    try (Ops ops = RunnableKernels.start(2, Activations.AUTO);
        Arena arena = Arena.ofShared()) {
      Tensor all = QuantizedWeights.tensor(arena, dtype, heads * outputs, inputs, 9);
      Tensor weight = new Tensor(dtype, Shape.of(heads, outputs, inputs), all.data());
      PackedHeads packed = ops.packHeads(weight);
      for (int rows : new int[] {1, 2, 7, 13}) {
        FloatMatrix x = QuantizedWeights.rows(arena, rows, heads * inputs, rows);
        FloatMatrix together = FloatMatrix.allocate(arena, rows, heads * outputs);
        ops.headLinear(packed, x.heads(heads), together.heads(heads), rows);
        FloatMatrix alone = FloatMatrix.allocate(arena, rows, heads * outputs);
        for (int head = 0; head < heads; head++) {
          Tensor own = new Tensor(dtype, Shape.of(outputs, inputs), weight.slice(head, 1).data());
          ops.linear(
              ops.pack(own, Optional.empty()),
              x.columns(head * inputs, inputs),
              alone.columns(head * outputs, outputs),
              rows);
        }
        assertSameBits("heads of " + dtype, together, alone);
      }
    }
  }
}
