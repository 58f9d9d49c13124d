package org.gta4j.train.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import org.bytedeco.pytorch.AdamWOptions;
import org.bytedeco.pytorch.TensorVector;
import org.gta4j.tensor.DType;
import org.gta4j.tensor.Shape;
import org.gta4j.tensor.Tensor;
import org.gta4j.train.torch.GradMode;
import org.gta4j.train.torch.Memory;
import org.gta4j.train.torch.TensorScope;
import org.gta4j.train.torch.Torch;
import org.junit.jupiter.api.Test;

class AdamWTest {
  private static final AdamW.Settings SETTINGS = new AdamW.Settings(0.9, 0.95, 1e-8, 0.1);

  private static SequencedMap<String, Tensor> tensors(Arena arena, int rows, int columns) {
    SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put("matrix", Tensor.allocate(arena, DType.F32, Shape.of(rows, columns)));
    tensors.put("vector", Tensor.allocate(arena, DType.F32, Shape.of(columns)));
    return tensors;
  }

  private static void fill(SequencedMap<String, Tensor> tensors, long seed) {
    SplittableRandom numbers = new SplittableRandom(seed);
    tensors
        .values()
        .forEach(tensor -> {
          for (long i = 0; i < tensor.shape().elements(); i++) {
            tensor.set(i, (float) numbers.nextGaussian());
          }
        });
  }

  /** libtorch's own AdamW, one group of parameters with and one without decay. */
  @Test
  void stepsAreThoseOfTheReference() {
    try (Arena arena = Arena.ofShared();
        TensorScope _ = new TensorScope()) {
      SequencedMap<String, Tensor> parameters = tensors(arena, 70, 1000);
      SequencedMap<String, Tensor> gradients = tensors(arena, 70, 1000);
      fill(parameters, 1);
      org.bytedeco.pytorch.Tensor matrix = Torch.empty(Torch.F32, 70, 1000);
      org.bytedeco.pytorch.Tensor vector = Torch.empty(Torch.F32, 1000);
      Memory.copy(get(parameters, "matrix"), matrix);
      Memory.copy(get(parameters, "vector"), vector);
      try (AdamW ours = new AdamW(parameters, SETTINGS)) {
        var decayed = reference(matrix.set_requires_grad(true), 0.1);
        var plain = reference(vector.set_requires_grad(true), 0);
        for (int step = 1; step <= 20; step++) {
          fill(gradients, 100 + step);
          try (GradMode _ = GradMode.off()) {
            matrix.mutable_grad().put(copy(get(gradients, "matrix")));
            vector.mutable_grad().put(copy(get(gradients, "vector")));
          }
          decayed.step();
          plain.step();
          ours.step(gradients, 0.5, 1e-2, step);
        }
      }
      assertThat(largestDifference(get(parameters, "matrix"), matrix)).isLessThan(1e-5);
      assertThat(largestDifference(get(parameters, "vector"), vector)).isLessThan(1e-5);
    }
  }

  private static double largestDifference(Tensor found, org.bytedeco.pytorch.Tensor wanted) {
    float[] expected = Memory.floats(wanted);
    double largest = 0;
    for (int i = 0; i < expected.length; i++) {
      double difference = Math.abs((double) found.get(i) - expected[i]);
      largest = Double.isNaN(difference) ? Double.NaN : Math.max(largest, difference);
    }
    return largest;
  }

  private static Tensor get(SequencedMap<String, Tensor> tensors, String name) {
    return Objects.requireNonNull(tensors.get(name));
  }

  /** Half of a gradient, as the scale has it. */
  private static org.bytedeco.pytorch.Tensor copy(Tensor gradient) {
    org.bytedeco.pytorch.Tensor copy = Torch.empty(Torch.F32, gradient.shape().toArray());
    Memory.copy(gradient, copy);
    return copy.mul(Torch.scalar(0.5));
  }

  private static org.bytedeco.pytorch.AdamW reference(
      org.bytedeco.pytorch.Tensor parameter, double decay) {
    AdamWOptions options = new AdamWOptions(1e-2);
    options.betas().put(0.95, 0.9); // a tuple, whose last element lies first
    options.eps().put(1e-8);
    options.weight_decay().put(decay);
    return new org.bytedeco.pytorch.AdamW(new TensorVector(parameter), options);
  }

  @Test
  void theNormIsThatOfAllGradients() {
    try (Arena arena = Arena.ofShared()) {
      SequencedMap<String, Tensor> gradients = tensors(arena, 300, 300);
      fill(gradients, 3);
      double sum = 0;
      for (Tensor tensor : gradients.values()) {
        for (float value : tensor.toFloats()) {
          sum += (double) value * value;
        }
      }
      assertThat(GradientNorm.of(gradients)).isCloseTo(Math.sqrt(sum), within(1e-9));
    }
  }

  @Test
  void theRateRisesAndFalls() {
    LearningRate rate = new LearningRate(2, 0.1, 10, 110);
    assertThat(rate.at(1)).isEqualTo(0.2);
    assertThat(rate.at(10)).isEqualTo(2);
    assertThat(rate.at(60)).isCloseTo(1.1, within(1e-12)); // in the middle of the cosine
    assertThat(rate.at(110)).isCloseTo(0.2, within(1e-12));
    double[] all = new double[100];
    Arrays.setAll(all, i -> rate.at(10 + i));
    for (int i = 1; i < all.length; i++) {
      assertThat(all[i]).isLessThan(all[i - 1]);
    }
  }

  @Test
  void impossibleNumbersAreRefused() {
    assertThat(new LearningRate(2, 0.1, 0, 1).at(1)).isEqualTo(2);
    assertThatThrownBy(() -> new LearningRate(0, 0.1, 1, 10))
        .hasMessage("learning_rate: expected a positive number, found 0.0");
    assertThatThrownBy(() -> new LearningRate(1, 1.5, 1, 10)).hasMessageContaining("found 1.5");
    assertThatThrownBy(() -> new LearningRate(1, 0.1, 11, 10))
        .hasMessage("warmup: expected 0 to 10 steps, found 11");
    assertThatThrownBy(() -> new AdamW.Settings(1, 0.9, 1e-8, 0))
        .hasMessage("beta1: expected at least 0 and below 1, found 1.0");
    assertThatThrownBy(() -> new AdamW.Settings(0.9, 0.9, 0, 0)).hasMessageContaining("epsilon");
    assertThatThrownBy(() -> new AdamW.Settings(0.9, 0.9, 1e-8, -1))
        .hasMessage("weight_decay: expected 0 or more, found -1.0");
  }
}
