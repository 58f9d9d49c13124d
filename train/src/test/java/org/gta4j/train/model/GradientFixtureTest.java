package org.gta4j.train.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.gta4j.checkpoint.Checkpoint;
import org.gta4j.model.ModelConfig;
import org.gta4j.tensor.Tensor;
import org.gta4j.testing.Fixture;
import org.gta4j.train.batch.Batch;
import org.gta4j.train.block.Parameters;
import org.gta4j.train.block.Precision;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Loss, gradients and logits are those of the reference implementations. */
class GradientFixtureTest {
  private static final double TOLERANCE = 1e-4;
  private static final String GRADIENT = "grad.";

  static List<Fixture> fixtures() {
    return Fixture.all().stream()
        .filter(fixture -> fixture.expected().containsKey("loss"))
        .toList();
  }

  private static Batch batch(Fixture fixture) {
    return Batch.ofSequences(fixture.rows(), fixture.length(), fixture.get("input_ids").toInts());
  }

  @ParameterizedTest
  @MethodSource("fixtures")
  void lossAndEveryGradientAreTheReferences(Fixture fixture) {
    assertGradients(fixture, false);
  }

  @ParameterizedTest
  @MethodSource("fixtures")
  void theyAreTheSameWhereLayersAreComputedTwice(Fixture fixture) {
    assertGradients(fixture, true);
  }

  private static void assertGradients(Fixture fixture, boolean recompute) {
    Batch batch = batch(fixture);
    try (Checkpoint checkpoint = Checkpoint.open(fixture.folder());
        Parameters parameters =
            Parameters.of(ModelConfig.read(checkpoint.config()), checkpoint.weights());
        TrainableDecoder model =
            new TrainableDecoder(parameters, new TrainableDecoder.Mode(Precision.F32, recompute))) {
      double sum = model.accumulate(batch, batch.counted(), Dropout.NONE);
      assertThat(sum / batch.counted())
          .isCloseTo(fixture.get("loss").get(0), withinPercentage(100 * TOLERANCE));
      Map<String, Double> errors = new LinkedHashMap<>();
      Map<String, Tensor> gradients = parameters.gradients();
      fixture
          .expected()
          .forEach((name, expected) -> {
            if (name.startsWith(GRADIENT)) {
              String parameter = name.substring(GRADIENT.length());
              Tensor gradient =
                  Objects.requireNonNull(gradients.get(parameter), "no gradient of " + parameter);
              errors.put(
                  parameter, Fixture.relativeError(gradient.toFloats(), expected.toFloats()));
            }
          });
      assertThat(errors).as("the gradients of all parameters").hasSameSizeAs(parameters.all());
      assertThat(errors.values()).as(errors.toString()).allMatch(error -> error < TOLERANCE);
    }
  }

  @ParameterizedTest
  @MethodSource("fixtures")
  void logitsAreTheReferences(Fixture fixture) {
    try (Checkpoint checkpoint = Checkpoint.open(fixture.folder());
        Parameters parameters =
            Parameters.of(ModelConfig.read(checkpoint.config()), checkpoint.weights());
        TrainableDecoder model =
            new TrainableDecoder(parameters, new TrainableDecoder.Mode(Precision.F32, false))) {
      assertThat(
              Fixture.relativeError(model.logits(batch(fixture)), fixture.get("logits").toFloats()))
          .isLessThan(TOLERANCE);
    }
  }
}
