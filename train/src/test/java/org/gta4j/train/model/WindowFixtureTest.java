package org.gta4j.train.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.gta4j.checkpoint.Checkpoint;
import org.gta4j.model.ModelConfig;
import org.gta4j.testing.Fixture;
import org.gta4j.train.batch.Batch;
import org.gta4j.train.block.Parameters;
import org.gta4j.train.block.Precision;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Models whose layers look back a number of tokens, whose masks stay from one batch to the next.
 */
class WindowFixtureTest {
  private static final double TOLERANCE = 1e-4;

  static List<Fixture> fixtures() {
    return Fixture.all().stream()
        .filter(fixture -> fixture.folder().toString().endsWith("-window"))
        .toList();
  }

  @ParameterizedTest
  @MethodSource("fixtures")
  void batchAfterBatchHasTheReferencesLoss(Fixture fixture) {
    Batch batch =
        Batch.ofSequences(fixture.rows(), fixture.length(), fixture.get("input_ids").toInts());
    float[] logits = fixture.get("logits").toFloats();
    double loss = loss(batch, logits);
    for (boolean recompute : new boolean[] {false, true}) {
      try (Checkpoint checkpoint = Checkpoint.open(fixture.folder());
          Parameters parameters =
              Parameters.of(ModelConfig.read(checkpoint.config()), checkpoint.weights());
          TrainableDecoder model =
              new TrainableDecoder(
                  parameters, new TrainableDecoder.Mode(Precision.F32, recompute))) {
        for (int time = 0; time < 2; time++) {
          assertThat(model.accumulate(batch, batch.counted(), Dropout.NONE))
              .isCloseTo(loss, within(TOLERANCE * loss));
          assertThat(model.evaluate(batch)).isCloseTo(loss, within(TOLERANCE * loss));
          assertThat(Fixture.relativeError(model.logits(batch), logits)).isLessThan(TOLERANCE);
        }
      }
    }
  }

  /** −Σ ln p of all targets. */
  private static double loss(Batch batch, float[] logits) {
    int vocabulary = logits.length / batch.targets().length;
    double loss = 0;
    for (int row = 0; row < batch.targets().length; row++) {
      if (batch.targets()[row] != Batch.IGNORED) {
        double all = 0;
        for (int i = 0; i < vocabulary; i++) {
          all += Math.exp(logits[row * vocabulary + i]);
        }
        loss += Math.log(all) - logits[row * vocabulary + batch.targets()[row]];
      }
    }
    return loss;
  }
}
