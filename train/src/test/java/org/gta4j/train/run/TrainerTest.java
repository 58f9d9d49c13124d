package org.gta4j.train.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.gta4j.cache.CacheType;
import org.gta4j.checkpoint.CheckpointException;
import org.gta4j.checkpoint.Json;
import org.gta4j.generate.LanguageModel;
import org.gta4j.generate.LoadOptions;
import org.gta4j.testing.Fixture;
import org.gta4j.train.batch.Batch;
import org.gta4j.train.batch.TokenBatches;
import org.gta4j.train.block.Precision;
import org.gta4j.train.model.TrainableDecoder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

class TrainerTest {
  private static Map<String, byte[]> weights(TinyTraining training) {
    Map<String, byte[]> bytes = new HashMap<>();
    training
        .parameters
        .views()
        .forEach((name, tensor) -> bytes.put(name, tensor.data().toArray(ValueLayout.JAVA_BYTE)));
    return bytes;
  }

  private static List<Double> losses(TrainingPlan plan) {
    List<Double> losses = new ArrayList<>();
    try (TinyTraining training = new TinyTraining(plan)) {
      training.trainer(TrainingState.start()).run((report, state) -> losses.add(report.loss()));
    }
    return losses;
  }

  @Test
  void theNumberOfThreadsChangesNothing(@TempDir Path folder) throws IOException {
    byte[] alone = weights(folder.resolve("1"), 1);
    assertThat(Arrays.equals(weights(folder.resolve("2"), 2), alone)).isTrue();
    assertThat(Arrays.equals(weights(folder.resolve("5"), 5), alone)).isTrue();
  }

  private static byte[] weights(Path folder, int threads) throws IOException {
    try (TinyTraining training = new TinyTraining(TinyTraining.plan(2, 0.1), threads)) {
      training.run(folder, 10);
    }
    Path last = new Checkpoints(folder.resolve("checkpoints"), 2, Map.of()).newest().orElseThrow();
    return Files.readAllBytes(last.resolve("model.safetensors"));
  }

  @Test
  void aModelLearnsAndItsCheckpointIsOneOfTheEngines(@TempDir Path folder) {
    try (TinyTraining training = new TinyTraining(TinyTraining.plan(6, 0))) {
      double before = training.trainer(TrainingState.start()).validationLoss(training.validation);
      assertThat(before).isCloseTo(Math.log(TinyTraining.VOCABULARY), within(0.3));
      Trainer trainer = training.run(folder, 10);
      assertThat(trainer.isFinished()).isTrue();
      assertThat(trainer.state().bestValidation()).isLessThan(before - 0.5);

      Path last =
          new Checkpoints(folder.resolve("checkpoints"), 2, Map.of()).newest().orElseThrow();
      int[] ids = new int[TinyTraining.LENGTH];
      for (int i = 0; i < ids.length; i++) {
        ids[i] = i * 7 % TinyTraining.VOCABULARY;
      }
      float[] wanted;
      try (TrainableDecoder decoder =
          new TrainableDecoder(
              training.parameters, new TrainableDecoder.Mode(Precision.F32, false))) {
        wanted = decoder.logits(Batch.ofSequences(1, ids.length, ids));
      }
      float[] found = new float[wanted.length];
      LoadOptions options =
          new LoadOptions("vector", 2, CacheType.F32, Optional.of(2 * ids.length));
      try (LanguageModel engine = LanguageModel.load(last, options)) {
        engine.score(
            ids,
            (position, logits, index) -> {
              float[] row = new float[TinyTraining.VOCABULARY];
              logits.copyRow(index, row, 0);
              System.arraycopy(row, 0, found, position * row.length, row.length);
            },
            (index, hidden, rows) -> {});
      }
      assertThat(Fixture.relativeError(found, wanted)).isLessThan(1e-4);
    }
  }

  @Test
  void theSizeOfPartsAndComputingTwiceChangeNothingButRounding() {
    TrainingPlan whole = TinyTraining.plan(6, 0);
    List<Double> wanted = losses(whole);
    for (TrainingPlan plan :
        List.of(
            TinyTraining.plan(4, 0),
            new TrainingPlan(
                whole.steps(),
                whole.sequences(),
                3,
                whole.rate(),
                whole.adam(),
                whole.clip(),
                0,
                whole.seed(),
                whole.precision(),
                true))) {
      List<Double> found = losses(plan);
      for (int i = 0; i < 10; i++) {
        assertThat(found.get(i)).as("step %d", i + 1).isCloseTo(wanted.get(i), within(1e-4));
      }
    }
  }

  @Test
  void goingOnGivesTheSameBits(@TempDir Path interrupted) {
    TrainingPlan plan = TinyTraining.plan(2, 0.1);
    Map<String, byte[]> wanted;
    List<Double> losses = new ArrayList<>();
    try (TinyTraining training = new TinyTraining(plan)) {
      training.trainer(TrainingState.start()).run((report, state) -> losses.add(report.loss()));
      wanted = weights(training);
    }
    try (TinyTraining training = new TinyTraining(plan)) {
      // Ends at some step that is not saved: it goes on from the one before.
      Checkpoints checkpoints = new Checkpoints(interrupted.resolve("checkpoints"), 2, Map.of());
      Trainer trainer = training.trainer(TrainingState.start());
      try (Metrics metrics = Metrics.open(interrupted, 0)) {
        trainer.run((report, state) -> {
          metrics.add(report);
          if (report.step() == 12) {
            checkpoints.save(
                new TrainingRecord(
                    plan,
                    training.batches.fingerprint(),
                    TinyTraining.config().source().json(),
                    state),
                training.parameters,
                training.optimizer,
                Optional.empty());
          }
          if (report.step() == 15) {
            trainer.stop();
          }
        });
      }
      assertThat(trainer.state().step()).isEqualTo(15);
    }
    try (TinyTraining training = new TinyTraining(plan)) {
      training.run(interrupted, 100);
      assertThat(weights(training)).containsExactlyInAnyOrderEntriesOf(wanted);
    }
    assertThat(steps(interrupted)).hasSize((int) TinyTraining.STEPS).doesNotHaveDuplicates();
  }

  static List<Long> steps(Path folder) {
    try {
      return Files.readAllLines(folder.resolve(Metrics.FILE)).stream()
          .map(line ->
              Json.readObject("line", line.getBytes(java.nio.charset.StandardCharsets.UTF_8))
                  .path("step")
                  .asLong())
          .toList();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void theNewestAndTheBestAreKeptAndAnotherPlanIsRefused(@TempDir Path folder) throws IOException {
    try (TinyTraining training = new TinyTraining(TinyTraining.plan(6, 0))) {
      training.run(folder, 4);
      Checkpoints checkpoints = new Checkpoints(folder.resolve("checkpoints"), 2, Map.of());
      assertThat(checkpoints.all()).hasSizeBetween(2, 3).contains(checkpoints.best().orElseThrow());
      Path newest = checkpoints.newest().orElseThrow();
      TrainingRecord record = Checkpoints.record(newest);
      assertThat(record.plan()).isEqualTo(training.plan);
      assertThatThrownBy(() ->
              record.requireSame(
                  "there",
                  TinyTraining.plan(3, 0),
                  training.batches.fingerprint(),
                  TinyTraining.config().source().json()))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("there: plan.microSequences")
          .hasMessageContaining("found 3");
      assertThatThrownBy(() ->
              record.requireSame(
                  "there", training.plan, "other data", TinyTraining.config().source().json()))
          .hasMessageContaining("there: data")
          .hasMessageContaining("found other data");
      String same = training.batches.fingerprint();
      ObjectNode config = TinyTraining.config().source().json().deepCopy();
      record.requireSame("there", training.plan, same, config);
      config.put("rope_theta", 5);
      assertThatThrownBy(() -> record.requireSame("there", training.plan, same, config))
          .hasMessageContaining("there: config.rope_theta")
          .hasMessageContaining("found 5");
      config.setAll(TinyTraining.config().source().json());
      config.put("sliding_window", 5);
      assertThatThrownBy(() -> record.requireSame("there", training.plan, same, config))
          .hasMessageContaining("there: config.sliding_window");

      Path file = newest.resolve("optimizer.safetensors");
      byte[] bytes = Files.readAllBytes(file);
      bytes[bytes.length / 2] ^= 1;
      Files.write(file, bytes);
      assertThatThrownBy(() -> Checkpoints.load(newest, training.parameters, training.optimizer))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("optimizer.safetensors: checksum")
          .hasMessageContaining("damaged");
    }
  }

  @Test
  void lossesThatAreNoNumbersEndIt() {
    try (TinyTraining training = new TinyTraining(TinyTraining.plan(6, 0))) {
      training.parameters.views().firstEntry().getValue().set(0, Float.NaN);
      Map<String, byte[]> before = weights(training);
      Trainer trainer = training.trainer(TrainingState.start());
      assertThatThrownBy(() -> trainer.run((report, state) -> {}))
          .isInstanceOf(TrainingException.class)
          .hasMessageContaining("step 1: the loss is NaN")
          .hasMessageContaining("learning rate");
      assertThat(weights(training)).containsExactlyInAnyOrderEntriesOf(before);
      assertThat(training.parameters.gradients()).isEmpty();
    }
    LossWatch watch = LossWatch.start();
    for (int i = 0; i < 100; i++) {
      watch = watch.with(4 - i * 0.02, i + 1);
      assertThat(watch.diverged()).isFalse();
    }
    for (int i = 0; i < 100; i++) {
      watch = watch.with(8, 101 + i);
    }
    assertThat(watch.diverged()).isTrue();
  }

  @Test
  void everyEpochHasEverySequenceOnce() {
    int[] tokens = new int[101];
    for (int i = 0; i < tokens.length; i++) {
      tokens[i] = i;
    }
    TokenBatches batches = new TokenBatches(tokens, 10, 7);
    assertThat(batches.sequencesPerEpoch()).isEqualTo(10);
    List<Integer> first = new ArrayList<>();
    List<Integer> second = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      Batch batch = batches.read(i, 1);
      assertThat(batch.targets()[9]).isEqualTo(batch.ids()[0] + 10);
      first.add(batch.ids()[0]);
      second.add(batches.read(10 + i, 1).ids()[0]);
    }
    assertThat(first).containsExactlyInAnyOrderElementsOf(second).isNotEqualTo(second);
    assertThat(batches.read(8, 4).ids()[10]).isEqualTo(first.get(9));
    assertThat(new TokenBatches(tokens, 10, 8).fingerprint()).isNotEqualTo(batches.fingerprint());
    assertThatThrownBy(() -> new TokenBatches(new int[10], 10, 0))
        .hasMessage("expected more tokens than a sequence of 10 has, found 10");
  }
}
