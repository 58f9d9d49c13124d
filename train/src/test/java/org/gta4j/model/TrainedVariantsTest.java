package org.gta4j.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import org.gta4j.cache.CacheType;
import org.gta4j.checkpoint.Checkpoint;
import org.gta4j.tensor.Tensor;
import org.gta4j.testing.Engine;
import org.gta4j.testing.Fixture;
import org.gta4j.train.batch.Batch;
import org.gta4j.train.block.Parameters;
import org.gta4j.train.block.Precision;
import org.gta4j.train.model.Dropout;
import org.gta4j.train.model.TrainableDecoder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Variants that no reference implementation trains: their logits are the engine's, and their
 * gradients the slopes of the definition, which is computed in f64.
 */
class TrainedVariantsTest {
  private static final int LENGTH = 17;
  private static final int VOCABULARY = 61;
  private static final int LAYERS = 2;

  /** How far parameters move, in parts of their size. */
  private static final double STEP = 0.02;

  static List<VariantSpecificationTest.Variant> variants() {
    return VariantSpecificationTest.all();
  }

  @ParameterizedTest
  @MethodSource("variants")
  void logitsAreTheEnginesAndGradientsTheDefinitions(
      VariantSpecificationTest.Variant variant, @TempDir Path folder) {
    int[] ids = new SplittableRandom(3).ints(LENGTH, 0, VOCABULARY).toArray();
    Batch batch = Batch.ofSequences(1, LENGTH, ids);
    Path model = variant.checkpoint().write(folder);
    try (Checkpoint checkpoint = Checkpoint.open(model);
        Parameters parameters =
            Parameters.of(ModelConfig.read(checkpoint.config()), checkpoint.weights());
        TrainableDecoder decoder =
            new TrainableDecoder(parameters, new TrainableDecoder.Mode(Precision.F32, false));
        Engine engine = new Engine(model, "scalar", CacheType.F32)) {
      assertThat(Fixture.relativeError(decoder.logits(batch), engine.run(ids, LENGTH).logits()))
          .isLessThan(1e-4);
      decoder.accumulate(batch, batch.counted(), Dropout.NONE);
      Map<String, Tensor> gradients = parameters.gradients();
      List<String> wrong = new ArrayList<>();
      variant
          .checkpoint()
          .tensors()
          .forEach((name, tensor) -> {
            float[] gradient = Objects.requireNonNull(gradients.get(name), name).toFloats();
            float[] direction = direction(tensor);
            double wanted = slope(variant, ids, tensor, direction);
            double found = 0;
            double size = 0;
            for (int i = 0; i < gradient.length; i++) {
              found += (double) gradient[i] * direction[i];
              size += Math.pow((double) gradient[i] * direction[i], 2);
            }
            if (!(Math.abs(found - wanted) <= 1e-3 * (Math.abs(wanted) + Math.sqrt(size)) + 1e-6)) {
              wrong.add("%s: %s instead of %s".formatted(name, found, wanted));
            }
          });
      assertThat(wrong).as("slopes").isEmpty();
    }
  }

  private static float[] direction(Tensor tensor) {
    SplittableRandom random = new SplittableRandom(tensor.shape().elements());
    float[] direction = tensor.toFloats();
    for (int i = 0; i < direction.length; i++) {
      direction[i] *= (float) random.nextGaussian();
    }
    return direction;
  }

  /** Of the loss along a direction, from differences of two widths, whose errors h² cancel. */
  private static double slope(
      VariantSpecificationTest.Variant variant, int[] ids, Tensor tensor, float[] direction) {
    MemorySegment before = MemorySegment.ofArray(tensor.toFloats());
    DoubleUnaryOperator loss =
        step -> {
          for (int i = 0; i < direction.length; i++) {
            float value = before.getAtIndex(Tensor.FLOAT, i);
            tensor.set(i, (float) (value + step * direction[i]));
          }
          double result = loss(variant, ids);
          tensor.data().copyFrom(before);
          return result;
        };
    double wide = (loss.applyAsDouble(STEP) - loss.applyAsDouble(-STEP)) / (2 * STEP);
    double narrow = (loss.applyAsDouble(STEP / 2) - loss.applyAsDouble(-STEP / 2)) / STEP;
    return (4 * narrow - wide) / 3;
  }

  private static double loss(VariantSpecificationTest.Variant variant, int[] ids) {
    float[] logits =
        new Paper(variant.checkpoint().tensors(), LAYERS, 1e-5, variant.attention())
            .forward(ids)
            .logits();
    double sum = 0;
    for (int position = 0; position + 1 < ids.length; position++) {
      double largest = Double.NEGATIVE_INFINITY;
      for (int i = 0; i < VOCABULARY; i++) {
        largest = Math.max(largest, logits[position * VOCABULARY + i]);
      }
      double total = 0;
      for (int i = 0; i < VOCABULARY; i++) {
        total += Math.exp(logits[position * VOCABULARY + i] - largest);
      }
      sum += largest + Math.log(total) - logits[position * VOCABULARY + ids[position + 1]];
    }
    return sum / (ids.length - 1);
  }
}
