package org.gta4j.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.gta4j.checkpoint.Checkpoint;
import org.gta4j.tensor.Tensor;
import org.gta4j.testing.Fixture;
import org.gta4j.train.batch.Batch;
import org.gta4j.train.block.Lora;
import org.gta4j.train.block.Parameters;
import org.gta4j.train.block.Precision;
import org.gta4j.train.model.Dropout;
import org.gta4j.train.model.TrainableDecoder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Low-rank adapters of every variant compute what the weights that they are merged into compute.
 */
class AdaptedVariantsTest {
  private static final int LENGTH = 9;
  private static final int VOCABULARY = 61;
  private static final int RANK = 3;
  private static final double SCALE = 0.5;

  static List<VariantSpecificationTest.Variant> variants() {
    return VariantSpecificationTest.all();
  }

  private static Parameters adapted(Checkpoint checkpoint) {
    ModelConfig config = ModelConfig.read(checkpoint.config());
    Parameters parameters = Parameters.of(config, checkpoint.weights());
    parameters.adapt(new Lora(RANK, SCALE * RANK, List.copyOf(Lora.layersOf(config))), 1);
    return parameters;
  }

  private static TrainableDecoder decoder(Parameters parameters, boolean recompute) {
    return new TrainableDecoder(parameters, new TrainableDecoder.Mode(Precision.F32, recompute));
  }

  private static float[] logits(Parameters parameters, Batch batch) {
    try (TrainableDecoder decoder = decoder(parameters, false)) {
      return decoder.logits(batch);
    }
  }

  private static Map<String, float[]> gradients(
      Parameters parameters, Batch batch, boolean recompute) {
    try (TrainableDecoder decoder = decoder(parameters, recompute)) {
      decoder.accumulate(batch, batch.counted(), Dropout.NONE);
    }
    Map<String, float[]> gradients = new LinkedHashMap<>();
    parameters.gradients().forEach((name, tensor) -> gradients.put(name, tensor.toFloats()));
    parameters.forgetGradients();
    return gradients;
  }

  @ParameterizedTest
  @MethodSource("variants")
  void logitsAndGradientsAreThoseOfMergedWeights(
      VariantSpecificationTest.Variant variant, @TempDir Path folder) {
    Batch batch =
        Batch.ofSequences(1, LENGTH, new SplittableRandom(3).ints(LENGTH, 0, VOCABULARY).toArray());
    try (Checkpoint checkpoint = Checkpoint.open(variant.checkpoint().write(folder));
        Parameters plain =
            Parameters.of(ModelConfig.read(checkpoint.config()), checkpoint.weights());
        Parameters parameters = adapted(checkpoint)) {
      assertThat(logits(parameters, batch)).isEqualTo(logits(plain, batch));
      SplittableRandom random = new SplittableRandom(5);
      Map<String, float[]> matrices = new LinkedHashMap<>();
      parameters
          .trainedViews()
          .forEach((name, tensor) -> {
            for (long i = 0; i < tensor.shape().elements(); i++) {
              tensor.set(i, (float) (0.2 * random.nextGaussian()));
            }
            matrices.put(name, tensor.toFloats());
          });
      float[] logits = logits(parameters, batch);
      Map<String, float[]> gradients = gradients(parameters, batch, false);
      assertThat(gradients).containsOnlyKeys(matrices.keySet());
      gradients(parameters, batch, true)
          .forEach((name, again) ->
              assertThat(Fixture.relativeError(again, gradient(gradients, name)))
                  .as(name)
                  .isLessThan(1e-5));

      Map<String, float[]> merged = merged(parameters, batch, logits);
      matrices.keySet().stream()
          .filter(name -> name.endsWith(".lora_A.weight"))
          .forEach(name -> {
            String layer = name.substring(0, name.length() - ".lora_A.weight".length());
            Tensor weight = Objects.requireNonNull(plain.views().get(layer + ".weight"));
            int outputs = (int) weight.shape().size(0);
            int inputs = (int) weight.shape().size(1);
            float[] slope = gradient(merged, layer + ".weight");
            float[] down = gradient(matrices, name);
            float[] up = gradient(matrices, layer + ".lora_B.weight");
            float[] wantedDown = new float[down.length];
            float[] wantedUp = new float[up.length];
            for (int o = 0; o < outputs; o++) {
              for (int i = 0; i < inputs; i++) {
                float scaled = (float) (SCALE * slope[o * inputs + i]);
                for (int r = 0; r < RANK; r++) {
                  wantedDown[r * inputs + i] += up[o * RANK + r] * scaled;
                  wantedUp[o * RANK + r] += down[r * inputs + i] * scaled;
                }
              }
            }
            assertThat(Fixture.relativeError(gradient(gradients, name), wantedDown))
                .as(name)
                .isLessThan(1e-4);
            assertThat(
                    Fixture.relativeError(gradient(gradients, layer + ".lora_B.weight"), wantedUp))
                .as("B of %s", layer)
                .isLessThan(1e-4);
          });
    }
  }

  /** The gradients of merged weights, which compute the same logits. */
  private static Map<String, float[]> merged(Parameters parameters, Batch batch, float... logits) {
    try (Parameters merged = parameters.merged()) {
      assertThat(merged.lora()).isEmpty();
      assertThat(Fixture.relativeError(logits(merged, batch), logits)).isLessThan(1e-5);
      merged.all().values().forEach(tensor -> tensor.set_requires_grad(true));
      return gradients(merged, batch, false);
    }
  }

  private static float[] gradient(Map<String, float[]> gradients, String name) {
    return Objects.requireNonNull(gradients.get(name), name);
  }

  @Test
  void whatCannotBeAdaptedIsRefused(@TempDir Path folder) {
    Path model = RandomCheckpoint.gta(1, VOCABULARY, 64).write(folder);
    try (Checkpoint checkpoint = Checkpoint.open(model)) {
      ModelConfig config = ModelConfig.read(checkpoint.config());
      assertThat(Lora.usualTargets(config))
          .containsExactly(
              "q_proj",
              "k_proj",
              "v_proj",
              "g_proj",
              "o_proj",
              "gate_proj",
              "up_proj",
              "down_proj");
      for (String name : List.of("v_b_proj", "embed_tokens", "Q_proj", "")) {
        assertThatIllegalArgumentException()
            .isThrownBy(() -> new Lora(2, 1, List.of("q_proj", name)).layers(config))
            .withMessageContaining("lora-targets: expected some of the model's linear layers")
            .withMessageContaining("q_proj, k_proj")
            .withMessageEndingWith("found " + name);
      }
      int most = config.attention().shape().keyWidth(); // outputs of the narrowest layer
      List<String> narrow = List.of("q_proj", "k_proj");
      assertThat(new Lora(most, 1, narrow).layers(config)).isNotEmpty();
      assertThatIllegalArgumentException()
          .isThrownBy(() -> new Lora(most + 1, 1, narrow).layers(config))
          .withMessageContaining("lora-rank: expected at most the smaller side of ")
          .withMessageContaining("k_proj")
          .withMessageEndingWith("found " + (most + 1));
      try (Parameters parameters = adapted(checkpoint)) {
        assertThatIllegalArgumentException()
            .isThrownBy(() -> parameters.adapt(new Lora(1, 1, List.of("q_proj")), 1))
            .withMessageContaining("without adapters");
      }
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Lora(0, 1, List.of("q_proj")))
        .withMessage("lora-rank: expected an integer from 1 on, found 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Lora(1, Double.NaN, List.of("q_proj")))
        .withMessageContaining("lora-alpha");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Lora(1, 1, List.of()))
        .withMessageContaining("lora-targets: expected at least one");
  }
}
