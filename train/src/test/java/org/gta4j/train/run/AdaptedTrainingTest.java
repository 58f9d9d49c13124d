package org.gta4j.train.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.gta4j.cache.CacheType;
import org.gta4j.checkpoint.CheckpointException;
import org.gta4j.checkpoint.Folders;
import org.gta4j.checkpoint.Json;
import org.gta4j.checkpoint.SafetensorsReader;
import org.gta4j.testing.Engine;
import org.gta4j.testing.Fixture;
import org.gta4j.train.batch.Batch;
import org.gta4j.train.block.Lora;
import org.gta4j.train.block.Parameters;
import org.gta4j.train.block.Precision;
import org.gta4j.train.model.TrainableDecoder;
import org.gta4j.train.torch.NotEnoughMemoryException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

/** Trainings of adapters: checkpoints hold nothing else, and going on gives the same bits. */
class AdaptedTrainingTest {
  private static TinyTraining training() {
    TrainingPlan plan = TinyTraining.plan(2, 0.1);
    Parameters parameters = Parameters.random(TinyTraining.config(), plan.seed(), 0.02);
    parameters.adapt(new Lora(4, 8, List.of("q_proj", "o_proj", "down_proj")), plan.seed());
    return new TinyTraining(plan, 2, parameters);
  }

  private static Checkpoints checkpoints(Path folder) {
    return new Checkpoints(folder.resolve("checkpoints"), 2, Map.of());
  }

  @Test
  void onlyAdaptersChangeAndGoingOnGivesTheSameBits(@TempDir Path folder) throws IOException {
    long base;
    byte[] wanted;
    Checkpoints checkpoints = checkpoints(folder);
    try (TinyTraining training = training()) {
      base = Checksum.of(training.parameters.views().values());
      double before = training.trainer(TrainingState.start()).validationLoss(training.validation);
      assertThat(training.run(folder, 10).state().bestValidation()).isLessThan(before - 0.2);
      assertThat(Checksum.of(training.parameters.views().values())).isEqualTo(base);
      wanted = adapter(checkpoints);
    }
    Path last = checkpoints.newest().orElseThrow();
    assertThat(last).isDirectoryNotContaining(file -> file.endsWith("model.safetensors"));
    try (Arena arena = Arena.ofConfined()) {
      assertThat(SafetensorsReader.read(last.resolve(AdapterFiles.TENSORS), arena).keySet())
          .hasSize(2 * 2 * 3)
          .contains(
              "base_model.model.model.layers.1.self_attn.q_proj.lora_A.weight",
              "base_model.model.model.layers.0.mlp.down_proj.lora_B.weight");
    }
    ObjectNode config = Json.readObject(last.resolve(AdapterFiles.CONFIG));
    assertThat(config.path("peft_type").stringValue()).isEqualTo("LORA");
    assertThat(config.path("r").intValue()).isEqualTo(4);
    assertThat(config.path("lora_alpha").isIntegralNumber()).isTrue();
    assertThat(config.path("lora_alpha").intValue()).isEqualTo(8);
    assertThat(config.path("base_model_name_or_path").isNull()).isTrue(); // it is in no folder

    Folders.delete(last);
    try (TinyTraining training = training()) {
      training.run(folder, 10);
      assertThat(adapter(checkpoints)).isEqualTo(wanted);
      Path model = checkpoints.merged(training.parameters);
      assertThat(Checksum.of(training.parameters.views().values())).isEqualTo(base);
      int[] ids = {1, 6, 31, 60, 2, 11, 40, 7};
      float[] adapted = logits(training.parameters, ids);
      try (Engine engine = new Engine(model, "scalar", CacheType.F32)) {
        assertThat(Fixture.relativeError(engine.run(ids, ids.length).logits(), adapted))
            .isLessThan(1e-4);
      }
      try (TinyTraining begun = training()) {
        assertThat(Fixture.relativeError(logits(begun.parameters, ids), adapted))
            .isGreaterThan(0.1);
      }
      checkpoints.deleteUnfinished();
      assertThat(model).doesNotExist();
    }
    assertThatExceptionOfType(TrainingException.class)
        .isThrownBy(() ->
            checkpoints.merged(() -> {
              throw NotEnoughMemoryException.of(12, new RuntimeException("no memory"));
            }))
        .withMessageStartingWith(
            "adapters cannot be added to the model's weights: there is not enough memory: 12 more")
        .withMessageContaining("The last checkpoint is %s, complete; --resume", last);
  }

  private static float[] logits(Parameters parameters, int... ids) {
    TrainableDecoder.Mode mode = new TrainableDecoder.Mode(Precision.F32, false);
    try (TrainableDecoder decoder = new TrainableDecoder(parameters, mode)) {
      return decoder.logits(Batch.ofSequences(1, ids.length, ids));
    }
  }

  private static byte[] adapter(Checkpoints checkpoints) throws IOException {
    Path last = checkpoints.newest().orElseThrow();
    assertThat(last).hasFileName("step-%08d".formatted(TinyTraining.STEPS));
    return Files.readAllBytes(last.resolve(AdapterFiles.TENSORS));
  }

  @Test
  void adaptersOfOtherSizesAreRefused(@TempDir Path folder) {
    try (TinyTraining training = training()) {
      Path saved =
          checkpoints(folder)
              .save(
                  new TrainingRecord(
                      training.plan,
                      "data",
                      TinyTraining.config().source().json(),
                      TrainingState.start()),
                  training.parameters,
                  training.optimizer,
                  Optional.empty());
      Parameters other = Parameters.random(TinyTraining.config(), 1, 0.02);
      other.adapt(new Lora(3, 8, List.of("q_proj", "o_proj", "down_proj")), 1);
      try (TinyTraining smaller = new TinyTraining(training.plan, 1, other)) {
        assertThatExceptionOfType(CheckpointException.class)
            .isThrownBy(() -> Checkpoints.load(saved, smaller.parameters, smaller.optimizer))
            .withMessageContaining("adapter_model.safetensors: tensor base_model.model.model")
            .withMessageContaining("expected f32 of shape");
      }
    }
  }
}
