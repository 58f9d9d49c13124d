package org.gta4j.train.measure;

import java.lang.foreign.Arena;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import org.bytedeco.pytorch.global.torch;
import org.gta4j.tensor.DType;
import org.gta4j.tensor.Shape;
import org.gta4j.tensor.Tensor;
import org.gta4j.train.optim.AdamW;
import org.gta4j.train.optim.GradientNorm;
import org.gta4j.train.torch.GradMode;
import org.gta4j.train.torch.TensorScope;
import org.gta4j.train.torch.Torch;

/** How fast parameters, gradients and moments go through this machine's memory. */
final class StateRates {
  /** Of a step of AdamW and the gradients' norm: eight numbers read or written. */
  private static final int UPDATE_BYTES = 8 * Float.BYTES;

  private static final int ADDING_BYTES = 3 * Float.BYTES;

  /** A tensor of a model has about so many. */
  private static final long TENSOR = 1L << 18;

  private StateRates() {}

  /** Bytes a second while all processors change parameters. */
  static double updateBytes(long numbers, int processors) {
    try (Arena arena = Arena.ofShared()) {
      SequencedMap<String, Tensor> parameters = tensors(arena, numbers);
      SequencedMap<String, Tensor> gradients = tensors(arena, numbers);
      AdamW.Settings settings = new AdamW.Settings(0.9, 0.95, 1e-8, 0.1);
      try (AdamW adam = new AdamW(parameters, settings)) {
        double seconds =
            ProcessorTime.ofProcess(
                () -> {
                  double norm = GradientNorm.of(gradients);
                  adam.step(gradients, 1 / (1 + norm), 1e-3, 1);
                },
                processors);
        return (double) UPDATE_BYTES * numbers / seconds;
      }
    }
  }

  private static SequencedMap<String, Tensor> tensors(Arena arena, long numbers) {
    SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
    for (long done = 0; done < numbers; done += TENSOR) {
      Tensor tensor =
          Tensor.allocate(arena, DType.F32, Shape.of(1, Math.min(TENSOR, numbers - done)));
      for (long i = 0; i < tensor.shape().elements(); i++) {
        tensor.set(i, 1e-3f * (i % 7 - 3));
      }
      tensors.put("tensor " + done, tensor);
    }
    return tensors;
  }

  /** Bytes a second while one thread adds gradients to others. */
  static double addingBytes(long numbers) {
    try (TensorScope _ = new TensorScope();
        GradMode _ = GradMode.off()) {
      var sum = torch.zeros(numbers);
      var other = torch.zeros(numbers);
      Torch.onThisThreadAlone();
      double seconds =
          ProcessorTime.ofThread(() -> {
            try (TensorScope _ = new TensorScope()) {
              sum.add_(other);
            }
          });
      return (double) ADDING_BYTES * numbers / seconds;
    }
  }
}
