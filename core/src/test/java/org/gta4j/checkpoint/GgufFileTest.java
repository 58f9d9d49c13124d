package org.gta4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import org.gta4j.model.ModelConfig;
import org.gta4j.model.rope.RopeScaling;
import org.gta4j.tensor.DType;
import org.gta4j.tensor.Shape;
import org.gta4j.tensor.Tensor;
import org.gta4j.testing.Fixture;
import org.gta4j.testing.GgufBytes;
import org.gta4j.testing.TinyGguf;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** GGUF files: what their metadata become, and what is refused. */
class GgufFileTest {
  @TempDir private Path folder;

  private Path write(String name, GgufBytes file) {
    try {
      return Files.write(folder.resolve(name), file.toBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private ModelConfig config(GgufBytes file) {
    try (Checkpoint checkpoint = Checkpoint.open(write("model.gguf", file))) {
      return ModelConfig.read(checkpoint.config());
    }
  }

  private void assertRefused(UnaryOperator<GgufBytes> change, String... words) {
    Path file = write("model.gguf", change.apply(TinyGguf.of("llama", DType.Q8_0, true)));
    assertThatThrownBy(() -> Checkpoint.open(file).close())
        .isInstanceOf(CheckpointException.class)
        .hasMessageStartingWith(file.toString())
        .hasMessageContainingAll(words);
  }

  @Test
  void metadataBecomeHuggingFacesKeys() {
    GgufBytes file =
        TinyGguf.of("llama", DType.Q4_0, false)
            .put("tokenizer.ggml.bos_token_id", 1)
            .put("tokenizer.ggml.eot_token_id", 7)
            .put("tokenizer.ggml.eom_token_id", 2);
    try (Checkpoint checkpoint = Checkpoint.open(write("model.gguf", file))) {
      ConfigFile config = checkpoint.config();
      assertThat(config.text("model_type")).contains("llama");
      assertThat(config.texts("architectures")).containsExactly("LlamaForCausalLM");
      assertThat(config.size("vocab_size")).isEqualTo(TinyGguf.VOCABULARY);
      assertThat(config.size("head_dim")).isEqualTo(8);
      assertThat(config.size("num_key_value_heads")).isEqualTo(2);
      assertThat(config.flag("rope_interleave", false)).isTrue();
      assertThat(config.flag("tie_word_embeddings", true)).isFalse();
      assertThat(config.ids("bos_token_id")).containsExactly(1);
      assertThat(config.ids("eos_token_id")).containsExactly(2, 7);
      assertThat(config.number("rms_norm_eps", 0)).isEqualTo((double) 1e-5f);
      assertThat(checkpoint.metadata().flatMap(keys -> keys.text("general.name"))).contains("tiny");
      Tensor down = checkpoint.weights().get("model.layers.1.mlp.down_proj.weight", 32, 32);
      assertThat(down.dtype()).isEqualTo(DType.Q4_0);
      assertThat(RotaryLayout.isInterleavedLlama(config)).isTrue();
    }
  }

  @Test
  void aFileIsToldByItsFirstBytesWhateverItsName() {
    for (String name : new String[] {"model", "model.bin", "model.safetensors"}) {
      try (Checkpoint checkpoint =
          Checkpoint.open(write(name, TinyGguf.of("qwen3", DType.F16, true)))) {
        assertThat(checkpoint.config().text("model_type")).contains("qwen3");
      }
    }
  }

  @Test
  void anOlderVersionIsReadToo() {
    GgufBytes file = TinyGguf.of("llama", DType.F32, true);
    file.version = 2;
    assertThat(config(file).numHiddenLayers()).isEqualTo(2);
  }

  @Test
  void scalings() {
    GgufBytes llama = TinyGguf.of("llama", DType.F32, true).put("llama.rope.scaling.factor", 4f);
    assertThat(config(llama).attention().rotary().scaling()).isEqualTo(new RopeScaling.Linear(4));
    GgufBytes qwen =
        TinyGguf.of("qwen2", DType.F32, true)
            .put("qwen2.rope.scaling.type", "yarn")
            .put("qwen2.rope.scaling.factor", 4f)
            .put("qwen2.rope.scaling.original_context_length", 16)
            .put("qwen2.rope.scaling.attn_factor", 0.5f);
    assertThat(config(qwen).attention().rotary().scaling())
        .isEqualTo(new RopeScaling.Yarn(4, 16, 32, 1, true, 0.5 * (1 + 0.1 * Math.log(4))));
    GgufBytes none =
        TinyGguf.of("llama", DType.F32, true)
            .put("llama.rope.scaling.factor", 4f)
            .put("llama.rope.scaling.type", "none");
    assertThat(config(none).attention().rotary().scaling()).isEqualTo(new RopeScaling.None());
  }

  /** Llama 3.1's files carry what its formula gives; the frequencies must be the formula's. */
  @Test
  void factorsOfFrequenciesAreLlama3s() {
    Path llama3 =
        Fixture.own().stream()
            .map(Fixture::folder)
            .filter(path -> path.endsWith("llama/llama3-rope"))
            .findFirst()
            .orElseThrow();
    float[] wanted =
        ModelConfig.read(ConfigFile.read(llama3.resolve("config.json")))
            .attention()
            .rotary()
            .frequencies(64);
    int dimensions = 2 * wanted.length;
    ByteBuffer factors =
        ByteBuffer.allocate(wanted.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    double theta =
        ModelConfig.read(ConfigFile.read(llama3.resolve("config.json")))
            .attention()
            .rotary()
            .theta();
    for (int i = 0; i < wanted.length; i++) {
      factors.putFloat((float) (Math.pow(theta, -2.0 * i / dimensions) / wanted[i]));
    }
    GgufBytes file =
        TinyGguf.of("llama", DType.F32, true)
            .put("llama.rope.freq_base", (float) theta)
            .put("llama.attention.key_length", dimensions)
            .put("llama.rope.dimension_count", dimensions);
    file.tensor("rope_freqs.weight", 0, factors.array(), wanted.length);
    float[] found = config(file).attention().rotary().frequencies(64);
    assertThat(found).hasSameSizeAs(wanted);
    for (int i = 0; i < found.length; i++) {
      assertThat(found[i]).isCloseTo(wanted[i], within(wanted[i] * 1e-6f));
    }
    assertRefused(
        tiny -> tiny.tensor("rope_freqs.weight", 0, factors.array(), wanted.length - 1),
        "tensor rope_freqs.weight: expected 4 factors");
  }

  @Test
  void biasesThatOnlySomeLayersHaveAreZeroInTheOthers() {
    GgufBytes file = TinyGguf.of("llama", DType.Q8_0, true);
    TinyGguf.vector(file, "blk.1.attn_q.bias", new SplittableRandom(1), 32);
    try (Checkpoint checkpoint = Checkpoint.open(write("model.gguf", file))) {
      Map<String, Tensor> tensors = checkpoint.weights().tensors();
      assertThat(checkpoint.config().flag("attention_bias", false)).isTrue();
      assertThat(checkpoint.config().flag("mlp_bias", true)).isFalse();
      assertThat(tensors.get("model.layers.0.self_attn.o_proj.bias"))
          .satisfies(bias -> assertThat(bias.toFloats()).hasSize(32).containsOnly(0));
      assertThat(tensors.get("model.layers.1.self_attn.q_proj.bias"))
          .satisfies(bias -> assertThat(bias.toFloats()).doesNotContain(0));
    }
  }

  @Test
  void whatWouldBeAnotherModelIsRefused() {
    assertRefused(
        file -> file.put("general.architecture", "mamba"),
        "general.architecture: expected llama (Mistral too), qwen2, qwen3 or gta4j, found mamba");
    assertRefused(file -> file.put("split.count", 2), "split.count: expected a model in one file");
    assertRefused(file -> file.put("llama.expert_count", 8), "llama.expert_count: expected no exp");
    assertRefused(
        file -> file.put("llama.rope.dimension_count", 4),
        "llama.rope.dimension_count: expected 8: whole heads are turned, found 4");
    assertRefused(file -> file.put("llama.rope.scaling.type", "longrope"), "none, linear or yarn");
    assertRefused(file -> file.put("llama.attention.value_length", 4), "as wide as keys");
    assertRefused(
        file -> {
          TinyGguf.vector(file, "blk.0.attn_sinks.weight", new SplittableRandom(1), 4);
          return file;
        },
        "tensor blk.0.attn_sinks.weight",
        "no use for");
  }

  @Test
  void whatIsMissingIsNamed() {
    assertRefused(
        file -> file.withoutPairs(key -> key.equals("llama.block_count")),
        "llama.block_count: expected a positive integer, found none");
    assertRefused(
        file -> file.withoutPairs(key -> key.equals("general.architecture")),
        "general.architecture: expected an architecture");
    assertRefused(
        file -> file.withoutTensors(name -> name.equals("token_embd.weight")),
        "tensor token_embd.weight");
  }

  @Test
  void tensorsThatAreNoneAreRefused() {
    assertRefused(
        file -> file.tensor("output.weight", 10, new byte[84], 256),
        "tensor output.weight: expected F32, F16",
        "found Q2_K");
    assertRefused(
        file -> file.tensor("output.weight", 8, new byte[34], 16, 2),
        "tensor output.weight: expected rows that are whole blocks of 32 numbers in Q8_0",
        "found rows of 16");
    assertRefused(
        file -> file.tensor("output.weight", 8, new byte[34], 32, 1000),
        "tensor output.weight: expected 34000 bytes for Q8_0 [1000, 32]");
  }

  @Test
  void aTensorsRowsAreWholeBlocks() {
    assertThat(DType.Q6_K.bytes(512)).isEqualTo(420);
    assertThatThrownBy(() -> DType.Q6_K.bytes(300))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Q6_K comes in blocks of 256 elements, found 300");
    assertThatThrownBy(
            () -> new Tensor(DType.Q8_0, Shape.of(4, 16), MemorySegment.ofArray(new byte[68])))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("whole blocks of 32");
  }
}
