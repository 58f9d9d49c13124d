package org.gta4j.model.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.gta4j.cache.CacheType;
import org.gta4j.checkpoint.Checkpoint;
import org.gta4j.checkpoint.CheckpointException;
import org.gta4j.checkpoint.ConfigFile;
import org.gta4j.checkpoint.GgufMetadata;
import org.gta4j.checkpoint.GgufPairs;
import org.gta4j.checkpoint.GgufValue;
import org.gta4j.checkpoint.TensorTypes;
import org.gta4j.model.ModelConfig;
import org.gta4j.model.RandomCheckpoint;
import org.gta4j.tensor.DType;
import org.gta4j.tensor.Tensor;
import org.gta4j.testing.Engine;
import org.gta4j.testing.Fixture;
import org.gta4j.testing.GgufBytes;
import org.gta4j.testing.GgufFixture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Models written as GGUF files and read again. */
class GgufExportTest {
  private static final TensorTypes KEPT = (name, tensor) -> tensor.dtype();

  @TempDir private Path folder;

  private Path written(Path model, TensorTypes types, String name) {
    Path out = folder.resolve(name);
    try (Checkpoint checkpoint = Checkpoint.open(model)) {
      new GgufExport(checkpoint, ModelConfig.read(checkpoint.config()), types)
          .write(out, new GgufPairs(), (bytes, all) -> {});
    }
    return out;
  }

  private Path written(Path model, WeightFormat format) {
    try (Checkpoint checkpoint = Checkpoint.open(model)) {
      return written(
          model,
          new WeightPlan(ModelConfig.read(checkpoint.config()), format),
          format.label() + ".gguf");
    }
  }

  private static float[] logits(Path model, int... ids) {
    try (Engine engine = new Engine(model, "vector", CacheType.F32)) {
      return engine.run(ids, ids.length).logits();
    }
  }

  static Stream<Arguments> models() {
    return Fixture.own().stream()
        .flatMap(fixture ->
            Stream.of(WeightFormat.values()).map(format -> Arguments.of(fixture, format)));
  }

  @ParameterizedTest
  @MethodSource("models")
  void aModelComputesWhatItsWeightsAllow(Fixture fixture, WeightFormat format) {
    Path out = written(fixture.folder(), format);
    double error =
        Fixture.relativeError(
            logits(out, fixture.ids(0)), logits(fixture.folder(), fixture.ids(0)));
    switch (format) {
      // A llama's heads have their rows in another order, in which scores are summed up.
      case F32 -> assertThat(error).isLessThanOrEqualTo(isLlama(out) ? 2e-6 : 0);
      case F16, BF16, Q8 -> assertThat(error).isLessThan(0.06);
      case Q4 -> assertThat(error).isBetween(1e-4, 0.6);
    }
  }

  private static boolean isLlama(Path file) {
    try (Checkpoint checkpoint = Checkpoint.open(file)) {
      return architecture(checkpoint).equals("llama");
    }
  }

  static List<Fixture> fixtures() {
    return Fixture.own();
  }

  /** The same sizes under the same keys, whichever architecture it became. */
  @ParameterizedTest
  @MethodSource("fixtures")
  void aModelIsReadWithTheSameConfiguration(Fixture fixture) {
    Path out = written(fixture.folder(), WeightFormat.F32);
    try (Checkpoint source = Checkpoint.open(fixture.folder());
        Checkpoint read = Checkpoint.open(out)) {
      ModelConfig wanted = ModelConfig.read(source.config());
      ModelConfig found = ModelConfig.read(read.config());
      assertThat(found.parameters()).isEqualTo(wanted.parameters());
      assertThat(found.attention().name()).isEqualTo(wanted.attention().name());
      assertThat(found.attention().shape()).isEqualTo(wanted.attention().shape());
      assertThat(found.attention().scale()).isEqualTo(wanted.attention().scale());
      assertThat(found.rmsNormEps()).isEqualTo(wanted.rmsNormEps());
      assertThat(found.contextLength()).isEqualTo(wanted.contextLength());
      assertThat(found.endIds()).isEqualTo(wanted.endIds());
      assertThat(found.rotary().theta()).isEqualTo(wanted.rotary().theta());
      if (architecture(read).equals("gta4j")) {
        assertThat(read.config().json()).isEqualTo(source.config().json());
      }
    }
  }

  private static String architecture(Checkpoint checkpoint) {
    return checkpoint
        .metadata()
        .flatMap(metadata -> metadata.text("general.architecture"))
        .orElseThrow();
  }

  @ParameterizedTest
  @CsvSource({
    "llama/llama-gqa, llama",
    "llama/llama-mqa-bias, llama",
    "llama/llama3-rope, llama",
    "llama/qwen2-bias, qwen2",
    "llama/qwen3-qk-norm, qwen3",
    "family/llama-linear, llama",
    "family/llama-yarn, gta4j",
    "family/llama-dynamic, gta4j",
    "family/mistral-window, gta4j",
    "family/qwen2-window, gta4j",
    "family/qwen2-yarn, gta4j",
    "gta/gta-1b-shape, gta4j",
    "mla/mla-q-lora, gta4j"
  })
  void theArchitectureIsLlamaCppsWhereItSaysAll(String name, String architecture) {
    Path model =
        Fixture.own().stream()
            .filter(fixture -> fixture.toString().equals(name))
            .findFirst()
            .orElseThrow()
            .folder();
    try (Checkpoint read = Checkpoint.open(written(model, WeightFormat.BF16))) {
      assertThat(architecture(read)).isEqualTo(architecture);
      for (Tensor tensor : read.weights().tensors().values()) {
        assertThat(tensor.dtype()).isEqualTo(tensor.shape().rank() < 2 ? DType.F32 : DType.BF16);
      }
    }
  }

  static List<GgufFixture> ggufs() {
    return GgufFixture.own();
  }

  /** What comes from such a file stays what it is: every tensor, every key, bit for bit. */
  @ParameterizedTest
  @MethodSource("ggufs")
  void aFileIsWrittenAgainAsItWas(GgufFixture fixture) throws IOException {
    Path out = written(fixture.file(), KEPT, "again.gguf");
    GgufBytes wanted = GgufBytes.parse(Files.readAllBytes(fixture.file()));
    GgufBytes found = GgufBytes.parse(Files.readAllBytes(out));
    List<String> missing = new ArrayList<>();
    for (GgufBytes.Pair pair : wanted.pairs) {
      if (!pair.key().startsWith("general.") || pair.key().equals("general.architecture")) {
        boolean there =
            found.pairs.stream()
                .anyMatch(other ->
                    other.key().equals(pair.key())
                        && other.type() == pair.type()
                        && Arrays.equals(other.value(), pair.value()));
        if (!there) {
          missing.add(pair.key());
        }
      }
    }
    assertThat(missing).isEmpty();
    for (GgufBytes.Entry entry : wanted.entries) {
      GgufBytes.Entry other =
          found.entries.stream()
              .filter(candidate -> candidate.name().equals(entry.name()))
              .findFirst()
              .orElseThrow();
      assertThat(other.type()).as(entry.name()).isEqualTo(entry.type());
      assertThat(other.dimensions()).isEqualTo(entry.dimensions());
      assertThat(other.data())
          .startsWith(
              Arrays.copyOf(entry.data(), Math.min(entry.data().length, other.data().length)));
    }
    assertThat(logits(out, fixture.ids())).isEqualTo(logits(fixture.file(), fixture.ids()));
  }

  private Path gta() {
    return written(
        RandomCheckpoint.gta(5, 40, 64).write(folder.resolve("source")), WeightFormat.Q4);
  }

  @Test
  void sizesStandUnderTheKeysThatPeopleLookFor() {
    try (Checkpoint checkpoint = Checkpoint.open(gta())) {
      GgufMetadata metadata = checkpoint.metadata().orElseThrow();
      assertThat(metadata.size("gta4j.block_count")).contains(2);
      assertThat(metadata.size("gta4j.context_length")).contains(64);
      assertThat(metadata.size("gta4j.embedding_length")).contains(32);
      assertThat(metadata.size("gta4j.attention.key_length")).contains(8);
      assertThat(metadata.size("gta4j.attention.value_length")).contains(16);
      assertThat(metadata.text("gta4j.attention.variant")).contains("gta");
      assertThat(metadata.values().get("general.file_type")).isInstanceOf(GgufValue.Whole.class);
      assertThat(
              Objects.requireNonNull(
                      checkpoint.weights().tensors().get("model.layers.0.self_attn.q_proj.weight"))
                  .dtype())
          .isEqualTo(DType.Q4_0);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          gta4j.block_count      | 3     | gta4j.block_count: expected 2, as gta4j.config says under num_hidden_layers, found 3
          gta4j.embedding_length | 64    | gta4j.embedding_length: expected 32
          gta4j.config           |       | gta4j.config: expected the model's config.json, found no such key
          gta4j.config           | {"a": | gta4j.config: content: expected a JSON object, found a mistake
          gta4j.config           | []    | gta4j.config: content: expected a JSON object, found []
          """)
  void whatContradictsItselfIsRefused(String key, String value, String words) throws IOException {
    Path file = gta();
    GgufBytes bytes = GgufBytes.parse(Files.readAllBytes(file));
    if (value == null) {
      bytes.withoutPairs(key::equals);
    } else if (value.matches("\\d+")) {
      bytes.put(key, Integer.parseInt(value));
    } else {
      bytes.put(key, value);
    }
    Files.write(file, bytes.toBytes());
    assertThatThrownBy(() -> Checkpoint.open(file).close())
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(words);
  }

  @Test
  void aFileThatIsCutOffIsRefused() throws IOException {
    Path file = gta();
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(bytes, bytes.length - 64));
    assertThatThrownBy(() -> Checkpoint.open(file).close())
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("bytes behind the header");
  }

  @Test
  void moreEndsThanLlamaCppHasKeysForAreKept() throws IOException {
    RandomCheckpoint source =
        RandomCheckpoint.decoder(3, 40, 32, 1)
            .set("architectures", "LlamaForCausalLM")
            .set("model_type", "llama")
            .set("num_attention_heads", 4)
            .set("num_key_value_heads", 2);
    String prefix = "model.layers.0.self_attn.";
    source.linear(prefix + "q_proj", 32, 32, false).linear(prefix + "k_proj", 16, 32, false);
    source.linear(prefix + "v_proj", 16, 32, false).linear(prefix + "o_proj", 32, 32, false);
    Path model = source.write(folder.resolve("source"));
    Path config = model.resolve("config.json");
    Files.writeString(
        config,
        Files.readString(config).replaceFirst("}$", ", \"eos_token_id\": [7, 5, 9, 4, 3]}"));
    try (Checkpoint read = Checkpoint.open(written(model, WeightFormat.F32))) {
      ConfigFile found = read.config();
      assertThat(found.ids("eos_token_id")).containsExactly(7, 5, 9, 4, 3);
      assertThat(architecture(read)).isEqualTo("llama");
    }
    Path out = folder.resolve("named.gguf");
    try (Checkpoint checkpoint = Checkpoint.open(model)) {
      new GgufExport(checkpoint, ModelConfig.read(checkpoint.config()), KEPT)
          .write(out, new GgufPairs().put("tokenizer.ggml.eos_token_id", 9), (bytes, all) -> {});
    }
    try (Checkpoint read = Checkpoint.open(out)) {
      assertThat(read.config().ids("eos_token_id"))
          .as("the tokenizer's own first")
          .containsExactly(9, 7, 5, 4, 3);
    }
  }
}
