package org.gta4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.gta4j.tensor.DType;
import org.gta4j.tensor.Shape;
import org.gta4j.tensor.Tensor;
import org.gta4j.testing.Fixture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.node.ObjectNode;

/** Model folders, written and read. */
class HuggingFaceFolderTest {
  private static final long ONE_FILE = Long.MAX_VALUE;

  @TempDir private Path root;

  static Stream<Fixture> fixtures() {
    return Fixture.own().stream();
  }

  static Stream<Fixture> latentFixtures() {
    return fixtures().filter(fixture -> fixture.toString().startsWith("gta"));
  }

  private static SequencedMap<String, Tensor> tensors(int count) {
    SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
    for (int i = 0; i < count; i++) {
      tensors.put("t" + i, Tensor.of(Shape.of(100), new float[100]));
    }
    return tensors;
  }

  /** Tensors of which the last cannot be read any more: writing them fails at the end. */
  private static SequencedMap<String, Tensor> failing(int count) {
    SequencedMap<String, Tensor> tensors = tensors(count);
    try (Arena arena = Arena.ofConfined()) {
      tensors.put("gone", Tensor.allocate(arena, DType.F32, Shape.of(100)));
    }
    return tensors;
  }

  private List<String> below() throws IOException {
    try (var files = Files.walk(root)) {
      return files.map(file -> root.relativize(file).toString()).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("fixtures")
  void whatIsWrittenIsTheSameModel(Fixture fixture) {
    for (long shardBytes : new long[] {ONE_FILE, 50_000, 1}) {
      Path folder = root.resolve("written" + shardBytes);
      try (Checkpoint original = Checkpoint.open(fixture.folder())) {
        SequencedMap<String, Tensor> tensors = original.weights().tensors();
        long bytes =
            HuggingFaceFolder.write(
                folder,
                original.config().json(),
                tensors,
                TensorTypes.withoutBlocks(),
                shardBytes,
                Map.of("tokenizer.json", "{}".getBytes(StandardCharsets.UTF_8)),
                (written, all) -> {});
        assertThat(bytes).isEqualTo(original.weights().bytes());
        try (Checkpoint written = Checkpoint.open(folder)) {
          ObjectNode config = written.config().json();
          if (!original.config().has("torch_dtype") && !original.config().has("dtype")) {
            assertThat(config.remove("dtype").asString()).isEqualTo("float32");
          }
          assertThat(config).isEqualTo(original.config().json());
          assertThat(written.tokenizerFile()).contains(folder.resolve("tokenizer.json"));
          assertSame(written.weights().tensors(), tensors);
        }
      }
    }
  }

  private static void assertSame(Map<String, Tensor> found, Map<String, Tensor> expected) {
    assertThat(found.keySet()).containsExactlyInAnyOrderElementsOf(expected.keySet());
    expected.forEach((name, tensor) -> {
      Tensor other = found.getOrDefault(name, Tensor.of(Shape.of(), 0f));
      assertThat(other.dtype()).as(name).isEqualTo(tensor.dtype());
      assertThat(other.shape()).as(name).isEqualTo(tensor.shape());
      assertThat(other.data().mismatch(tensor.data())).as(name).isEqualTo(-1);
    });
  }

  /** The names and shapes of arXiv 2506.17286's reference, written out. */
  @ParameterizedTest
  @MethodSource("latentFixtures")
  void aLatentModelIsWrittenUnderTheReferencesNames(Fixture fixture) {
    Path folder = root.resolve("written");
    try (Checkpoint original = Checkpoint.open(fixture.folder())) {
      SequencedMap<String, Tensor> tensors = original.weights().tensors();
      HuggingFaceFolder.write(folder, original.config().json(), tensors, DType.F32, ONE_FILE);
    }
    ConfigFile config = ConfigFile.read(folder.resolve("config.json"));
    assertThat(config.texts("architectures")).containsExactly("GTAForCausalLM");
    assertThat(config.text("model_type")).contains("llama");
    int hidden = config.size("hidden_size");
    long maps = config.size("num_query_heads");
    long latent = config.size("value_dim");
    int head = config.size("head_dim");
    long keys = (long) config.size("num_key_heads") * head;
    long latents = config.size("num_value_heads") * latent;
    int wide = config.size("intermediate_size");
    Map<String, Shape> expected = new TreeMap<>();
    expected.put("model.embed_tokens.weight", Shape.of(config.size("vocab_size"), hidden));
    expected.put("model.norm.weight", Shape.of(hidden));
    if (!config.flag("tie_word_embeddings", false)) {
      expected.put("lm_head.weight", Shape.of(config.size("vocab_size"), hidden));
    }
    for (int i = 0; i < config.size("num_hidden_layers"); i++) {
      String layer = "model.layers." + i;
      expected.put(layer + ".input_layernorm.weight", Shape.of(hidden));
      expected.put(layer + ".post_attention_layernorm.weight", Shape.of(hidden));
      expected.put(layer + ".mlp.gate_proj.weight", Shape.of(wide, hidden));
      expected.put(layer + ".mlp.up_proj.weight", Shape.of(wide, hidden));
      expected.put(layer + ".mlp.down_proj.weight", Shape.of(hidden, wide));
      expected.put(layer + ".self_attn.q_proj.weight", Shape.of(maps * head, hidden));
      expected.put(layer + ".self_attn.q_proj.bias", Shape.of(maps * head));
      expected.put(layer + ".self_attn.k_proj.weight", Shape.of(keys, hidden));
      expected.put(layer + ".self_attn.k_proj.bias", Shape.of(keys));
      expected.put(layer + ".self_attn.v_proj.weight", Shape.of(latents, hidden));
      expected.put(layer + ".self_attn.v_proj.bias", Shape.of(latents));
      expected.put(layer + ".self_attn.g_proj.weight", Shape.of(hidden, hidden));
      expected.put(layer + ".self_attn.g_proj.bias", Shape.of(hidden));
      long repeated = hidden / (maps * latent);
      expected.put(
          layer + ".self_attn.v_b_proj.weight", Shape.of(repeated * latent, maps * latent));
      expected.put(layer + ".self_attn.o_proj.weight", Shape.of(hidden, hidden));
    }
    try (Checkpoint written = Checkpoint.open(folder);
        Arena arena = Arena.ofConfined()) {
      Map<String, Shape> found = new TreeMap<>();
      written.weights().tensors().forEach((name, tensor) -> found.put(name, tensor.shape()));
      assertThat(found).isEqualTo(expected);
      assertSame(
          written.weights().tensors(),
          SafetensorsReader.read(fixture.folder().resolve("model.safetensors"), arena));
    }
  }

  @Test
  void shardsHaveAnIndexAndAtLeastOneTensorEach() throws IOException {
    Path folder = root.resolve("model");
    SequencedMap<String, Tensor> tensors = tensors(5);
    assertThat(HuggingFaceFolder.write(folder, Json.object(), tensors, DType.F32, 900))
        .isEqualTo(2_000);
    List<String> files =
        List.of(
            "model-00001-of-00003.safetensors",
            "model-00002-of-00003.safetensors",
            "model-00003-of-00003.safetensors");
    ObjectNode index = Json.readObject(folder.resolve("model.safetensors.index.json"));
    assertThat(index.path("metadata").path("total_size").intValue()).isEqualTo(2_000);
    Set<String> named = new TreeSet<>();
    index.path("weight_map").forEach(file -> named.add(file.asString()));
    assertThat(named).containsExactlyElementsOf(files);
    try (Arena arena = Arena.ofConfined()) {
      List<String> order = new ArrayList<>();
      for (String file : files) {
        order.addAll(SafetensorsReader.read(folder.resolve(file), arena).keySet());
      }
      assertThat(order).containsExactlyElementsOf(tensors.keySet());
    }
    assertThat(below())
        .hasSize(files.size() + 4)
        .contains("model/config.json", "model/model.safetensors.index.json");
  }

  @Test
  void theConfigurationSaysTheTypeUnderItsOwnKey() {
    ObjectNode older = Json.object().put("torch_dtype", "float32").put("a", 1);
    ObjectNode newer = Json.object().put("dtype", "float32");
    ObjectNode both = Json.object().put("torch_dtype", "x").put("dtype", "y");
    ObjectNode neither = Json.object();
    assertThat(written("1", older, TensorTypes.all(DType.BF16)))
        .isEqualTo(Json.object().put("torch_dtype", "bfloat16").put("a", 1));
    assertThat(written("2", newer, TensorTypes.all(DType.F16)))
        .isEqualTo(Json.object().put("dtype", "float16"));
    assertThat(written("3", both, TensorTypes.all(DType.F32)))
        .isEqualTo(Json.object().put("torch_dtype", "float32").put("dtype", "float32"));
    assertThat(written("4", neither, TensorTypes.all(DType.F16)))
        .isEqualTo(Json.object().put("dtype", "float16"));
    assertThat(written("5", neither, TensorTypes.withoutBlocks()))
        .isEqualTo(Json.object().put("dtype", "float32"));
    assertThat(neither.isEmpty()).as("the caller's configuration is left alone").isTrue();
  }

  private ObjectNode written(String name, ObjectNode config, TensorTypes types) {
    Path folder = root.resolve(name);
    HuggingFaceFolder.write(
        folder, config, tensors(1), types, ONE_FILE, Map.of(), (written, all) -> {});
    return Json.readObject(folder.resolve("config.json"));
  }

  @Test
  void aFailureTakesAwayWhatWasMadeWithTheFoldersAbove() throws IOException {
    Files.createDirectory(root.resolve("there"));
    Path folder = root.resolve("there/a/b/model");
    assertThatIllegalStateException()
        .isThrownBy(
            () -> HuggingFaceFolder.write(folder, Json.object(), failing(3), DType.F32, 400));
    assertThat(below()).containsExactly("", "there");
  }

  @Test
  void aFailureKeepsAFolderThatWasThere() throws IOException {
    Path folder = Files.createDirectories(root.resolve("a/model"));
    Path other = Files.writeString(root.resolve("a/other"), "x");
    assertThatIllegalStateException()
        .isThrownBy(
            () -> HuggingFaceFolder.write(folder, Json.object(), failing(2), DType.BF16, 400));
    assertThat(below()).containsExactly("", "a", "a/model", "a/other");
    assertThat(other).hasContent("x");
    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() ->
            HuggingFaceFolder.write(
                folder,
                Json.object(),
                tensors(2),
                TensorTypes.withoutBlocks(),
                ONE_FILE,
                Map.of("no/such/folder.txt", new byte[1]),
                (written, all) -> {}))
        .withMessageContaining("there is no folder");
    assertThat(below()).containsExactly("", "a", "a/model", "a/other");
  }

  @Test
  void aFolderWithFilesIsLeftAlone() throws IOException {
    Path folder = Files.createDirectory(root.resolve("model"));
    Path config = Files.writeString(folder.resolve("config.json"), "mine");
    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(
            () -> HuggingFaceFolder.write(folder, Json.object(), tensors(1), DType.F32, 400))
        .withMessage(folder + ": expected a new or empty folder, found config.json in it");
    assertThat(config).hasContent("mine");
    for (String below : new String[] {"model/config.json", "model/config.json/a"}) {
      assertThatExceptionOfType(CheckpointException.class)
          .isThrownBy(() ->
              HuggingFaceFolder.write(
                  root.resolve(below), Json.object(), tensors(1), DType.F32, 400))
          .withMessage(
              folder.resolve("config.json") + ": this folder cannot be made: a file has its name");
    }
    assertThat(below()).containsExactly("", "model", "model/config.json");
  }

  @Test
  void aFileNeedsItsConfigurationBesideIt() throws IOException {
    Path file = root.resolve("weights.safetensors");
    SafetensorsWriter.write(file, tensors(1));
    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> Checkpoint.open(file).close())
        .withMessage(file + ": files: expected a config.json in " + root + ", found none");
    Files.writeString(root.resolve("config.json"), "{\"a\": 1}");
    Checkpoint checkpoint = Checkpoint.open(file);
    assertThat(checkpoint.config().size("a")).isEqualTo(1);
    assertThat(checkpoint.weights().get("t0", 100).data().toArray(ValueLayout.JAVA_BYTE))
        .hasSize(400);
    checkpoint.close();
    checkpoint.close();
  }

  @Test
  void whatIsNoModelIsRefused() throws IOException {
    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> Checkpoint.open(root.resolve("none")).close())
        .withMessage(root.resolve("none") + ": there is no such file or folder");
    Path text = Files.writeString(root.resolve("model.txt"), "x");
    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> Checkpoint.open(text).close())
        .withMessage(
            text
                + ": name: expected a folder, a .gguf file, a .safetensors file or a llama2.c .bin file, found model.txt");
    Files.writeString(root.resolve("config.json"), "{}");
    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> Checkpoint.open(root).close())
        .withMessage(
            root
                + ": files: expected a model.safetensors or a model.safetensors.index.json, found neither");
  }
}
