package org.gta4j.model.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.stream.Stream;
import org.gta4j.cache.CacheType;
import org.gta4j.checkpoint.Checkpoint;
import org.gta4j.checkpoint.CheckpointException;
import org.gta4j.checkpoint.HuggingFaceFolder;
import org.gta4j.model.ModelConfig;
import org.gta4j.model.RandomCheckpoint;
import org.gta4j.tensor.DType;
import org.gta4j.tensor.Tensor;
import org.gta4j.testing.Engine;
import org.gta4j.testing.Fixture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Models whose weights were written as another type, in blocks above all. */
class QuantizedFolderTest {
  @TempDir private Path folder;

  static Stream<Arguments> models() {
    return Fixture.own().stream()
        .flatMap(fixture ->
            Stream.of(WeightFormat.values()).map(format -> Arguments.of(fixture, format)));
  }

  private Path written(Path model, WeightFormat format) {
    Path out = folder.resolve(format.label());
    try (Checkpoint checkpoint = Checkpoint.open(model)) {
      HuggingFaceFolder.write(
          out,
          checkpoint.config().json(),
          checkpoint.weights().tensors(),
          new WeightPlan(ModelConfig.read(checkpoint.config()), format),
          100_000,
          Map.of(),
          (bytes, all) -> {});
    }
    return out;
  }

  private static float[] logits(Path model, int... ids) {
    try (Engine engine = new Engine(model, "vector", CacheType.F32)) {
      return engine.run(ids, ids.length).logits();
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void aModelComputesWhatItsWeightsAllow(Fixture fixture, WeightFormat format) {
    Path out = written(fixture.folder(), format);
    double error =
        Fixture.relativeError(
            logits(out, fixture.ids(0)), logits(fixture.folder(), fixture.ids(0)));
    switch (format) {
      case F32 -> assertThat(error).isZero();
      case F16, BF16, Q8 -> assertThat(error).isLessThan(0.06);
      case Q4 ->
          assertThat(error).isBetween(1e-4, 0.6); // random weights, which nothing averages out
    }
    if (Boolean.getBoolean("gta.report")) {
      System.out.printf("%s %s %.2e%n", fixture, format, error);
    }
  }

  private Path gta(WeightFormat format) {
    return written(RandomCheckpoint.gta(5, 40, 64).write(folder.resolve("source")), format);
  }

  @Test
  void tablesStayAtEightBitsAndVectorsAreNotRounded() {
    try (Checkpoint checkpoint = Checkpoint.open(gta(WeightFormat.Q4))) {
      String layer = "model.layers.1.";
      Map<String, DType> wanted = new LinkedHashMap<>();
      wanted.put("model.embed_tokens.weight", DType.Q8_0);
      wanted.put("lm_head.weight", DType.Q8_0);
      wanted.put("model.norm.weight", DType.F32);
      wanted.put(layer + "self_attn.q_proj.bias", DType.F32);
      wanted.put(layer + "self_attn.g_proj.weight", DType.Q4_0);
      wanted.put(layer + "self_attn.v_b_proj.weight", DType.BF16);
      wanted.put(layer + "mlp.up_proj.weight", DType.Q4_0);
      wanted.put(layer + "mlp.down_proj.weight", DType.BF16); // rows of 44 numbers
      wanted.forEach((name, type) ->
          assertThat(Objects.requireNonNull(checkpoint.weights().tensors().get(name)).dtype())
              .as(name)
              .isEqualTo(type));
      ModelConfig.read(checkpoint.config()).requireTensors(checkpoint.weights());
      assertThat(checkpoint.config().has("quantization_config"))
          .as("what only the format is about")
          .isFalse();
    }
  }

  @Test
  void blocksStayBitForBitWhenTheyAreWrittenAgain() {
    Path once = gta(WeightFormat.Q8);
    Path source = folder.resolve("once");
    assertThat(once.toFile().renameTo(source.toFile())).isTrue();
    Path twice = written(source, WeightFormat.Q8);
    try (Checkpoint a = Checkpoint.open(source);
        Checkpoint b = Checkpoint.open(twice)) {
      a.weights()
          .tensors()
          .forEach((name, tensor) -> {
            Tensor other = Objects.requireNonNull(b.weights().tensors().get(name));
            assertThat(other.dtype()).isEqualTo(tensor.dtype());
            assertThat(MemorySegment.ofBuffer(other.data().asByteBuffer()).mismatch(tensor.data()))
                .isEqualTo(-1);
          });
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          "gta4j"                 | "gptq"         | quantization_config.quant_method: expected gta4j (take the model's own, unquantized files
          "quant_method"          | "method"       | quantization_config.quant_method: expected gta4j
          "block_size" : 32       | "block_size" : 64 | quantization_config.formats.q8_0.block_size: expected 32
          "bits" : 4              | "bits" : 5     | quantization_config.formats.q4_0.bits: expected 4
          "q4_0" : {              | "q4_9" : {     | quantization_config.formats.q4_9: expected the formats q8_0 and q4_0
          "q4_0" : {              | "q4_0" : 1, "o" : { | quantization_config.formats.
          "formats"               | "form"         | quantization_config.formats: expected an object, found no such key
          "tensors" :             | "tensor" :     | quantization_config.tensors: expected an object, found no such key
          lm_head.weight" : "q8_0" | lm_head.weight" : "q4_0" | quantization_config.tensors.lm_head.weight: expected U8 [rows, bytes], whose rows are whole blocks of 18 bytes, found U8 [40, 34]
          lm_head.weight" : "q8_0" | lm_head.weight" : "q5_0" | quantization_config.tensors.lm_head.weight: expected one of the formats [q8_0, q4_0], found q5_0
          lm_head.weight" : "q8_0" | lm_tail.weight" : "q8_0" | quantization_config.tensors.lm_tail.weight: expected a tensor of the checkpoint, found no such tensor
          lm_head.weight" : "q8_0" | model.norm.weight" : "q8_0" | quantization_config.tensors.model.norm.weight: expected U8
          "lm_head.weight" : "q8_0", | ''          | tensor lm_head.weight: expected shape [40, 32], found [40, 34]
          """)
  void whatContradictsItselfIsRefused(String old, String other, String words) throws IOException {
    Path model = gta(WeightFormat.Q4);
    Path config = model.resolve("config.json");
    String json = Files.readString(config);
    assertThat(json).contains(old);
    Files.writeString(config, json.replace(old, other));
    assertThatThrownBy(() -> load(model))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(words)
        .hasMessageContaining(", found ");
  }

  private static void load(Path model) {
    try (Checkpoint checkpoint = Checkpoint.open(model)) {
      ModelConfig.read(checkpoint.config()).requireTensors(checkpoint.weights());
    }
  }

  @Test
  void aFileThatIsCutOffIsRefused() throws IOException {
    Path model = gta(WeightFormat.Q8);
    Path file = model.resolve("model.safetensors");
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(bytes, bytes.length - 34));
    assertThatThrownBy(() -> load(model))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("model.safetensors");
  }

  @Test
  void numbersThatBlocksCannotHoldAreRefusedByName() throws IOException {
    for (float value : List.of(Float.NaN, Float.NEGATIVE_INFINITY, 1e9f)) {
      RandomCheckpoint source = RandomCheckpoint.gta(6, 40, 64);
      source.tensor("lm_head.weight").set(70, value);
      Path model = source.write(folder.resolve("damaged" + value));
      assertThatThrownBy(() -> written(model, WeightFormat.Q8))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("tensor lm_head.weight: number 70: expected finite numbers up to")
          .hasMessageEndingWith("found " + value);
      try (Stream<Path> files = Files.list(folder)) {
        assertThat(files.map(Path::getFileName).map(Path::toString)).doesNotContain("q8");
      }
    }
  }

  @Test
  void aSummaryCountsEveryTensor() {
    RandomCheckpoint source = RandomCheckpoint.gta(7, 40, 64);
    try (Checkpoint checkpoint = Checkpoint.open(source.write(folder.resolve("source")))) {
      SequencedMap<String, Tensor> tensors = checkpoint.weights().tensors();
      WeightPlan plan = new WeightPlan(ModelConfig.read(checkpoint.config()), WeightFormat.Q4);
      assertThat(plan.summary(tensors).get(DType.Q8_0))
          .isEqualTo(Map.of(WeightPlan.Reason.TABLE, 2));
      assertThat(plan.summary(tensors).get(DType.BF16))
          .isEqualTo(Map.of(WeightPlan.Reason.PER_HEAD, 2, WeightPlan.Reason.ROWS, 2));
      assertThat(
              plan.summary(tensors).values().stream()
                  .flatMap(reasons -> reasons.values().stream())
                  .mapToInt(count -> count)
                  .sum())
          .isEqualTo(tensors.size());
    }
  }
}
