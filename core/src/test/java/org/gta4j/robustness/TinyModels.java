package org.gta4j.robustness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.gta4j.checkpoint.Checkpoint;
import org.gta4j.checkpoint.ConfigFile;
import org.gta4j.checkpoint.HuggingFaceFolder;
import org.gta4j.model.ModelConfig;
import org.gta4j.model.RandomCheckpoint;
import org.gta4j.model.export.WeightFormat;
import org.gta4j.model.export.WeightPlan;
import org.gta4j.tensor.Halves;
import org.gta4j.tensor.Shape;
import tools.jackson.databind.node.ObjectNode;

/**
 * Models of a few kilobytes with random weights, of every variant and in every format. Their
 * tensors are those that the variant itself declares.
 */
final class TinyModels {
  static final String CONFIG = "config.json";
  static final String WEIGHTS = "model.safetensors";
  static final String INDEX = "model.safetensors.index.json";
  static final String TOKENIZER = "tokenizer.bin";

  private static final long MOST_ELEMENTS = 8 << 20;

  private static final int MOST_LAYERS = 5_000;

  /** Vocabulary of the models with a tokenizer: unknown, begin, end, the bytes, some pieces. */
  private static final int PIECES = 270;

  private static final String SIZES =
      """
      "vocab_size": 19, "hidden_size": 16, "intermediate_size": 12, "num_hidden_layers": 2,
      "num_attention_heads": 4, "max_position_embeddings": 64, "rms_norm_eps": 1e-5,
      "bos_token_id": 1, "eos_token_id": 2, "hidden_act": "silu", "torch_dtype": "float32"
      """;

  private static final String GROUPED =
      """
      "head_dim": 4, "num_query_heads": 2, "num_key_heads": 1, "attention_bias": true
      """;

  private static final String LATENT =
      """
      "kv_lora_rank": 6, "qk_nope_head_dim": 4, "qk_rope_head_dim": 2, "v_head_dim": 4,
      "first_k_dense_replace": 2, "rope_interleave": true
      """;

  private TinyModels() {}

  static List<Specimen> all() {
    List<Specimen> all = new ArrayList<>();
    SequencedMap<String, String> configs = configs();
    configs.forEach((name, json) -> {
      String dtype = List.of("F32", "BF16", "F16").get(all.size() % 3);
      all.add(folder(name, json, dtype));
    });
    all.add(sharded(folder("llama in shards", configs.getOrDefault("llama", ""), "F32")));
    all.add(sharded(folder("gta in shards", configs.getOrDefault("gta", ""), "BF16")));
    Specimen llama =
        folder("llama with a tokenizer", withPieces(configs.getOrDefault("llama", "")), "F16");
    all.add(llama.with(TOKENIZER, tokenizer()));
    Specimen file = folder("gta as a file", configs.getOrDefault("gta", ""), "F32");
    all.add(new Specimen(file.name(), file.files(), WEIGHTS));
    all.add(blocks());
    all.add(llama2c("llama2.c", true));
    all.add(llama2c("llama2.c untied", false));
    return all;
  }

  private static SequencedMap<String, String> configs() {
    SequencedMap<String, String> configs = new LinkedHashMap<>();
    configs.put(
        "gta",
        """
        "architectures": ["GTAForCausalLM"], "model_type": "llama", "num_value_heads": 1,
        "query_dim": 4, "key_dim": 4, "value_dim": 8, "tie_word_embeddings": true,
        """
            + GROUPED);
    configs.put(
        "gva", "\"architectures\": [\"GVAForCausalLM\"], \"model_type\": \"gva\"," + GROUPED);
    configs.put(
        "gha",
        "\"architectures\": [\"GHAForCausalLM\"], \"model_type\": \"gha\", \"num_value_heads\": 4,"
            + GROUPED);
    configs.put(
        "gated-gqa",
        """
        "architectures": ["GatedGQAForCausalLM"], "model_type": "gated_gqa",
        "num_key_value_heads": 2, "head_dim": 4, "mlp_bias": true, "rope_theta": 500000.0
        """);
    configs.put(
        "gated-mla",
        "\"architectures\": [\"GatedMLAForCausalLM\"], \"model_type\": \"gated_mla\", \"q_lora_rank\": 5,"
            + LATENT);
    configs.put(
        "llama",
        """
        "architectures": ["LlamaForCausalLM"], "model_type": "llama", "num_key_value_heads": 2,
        "tie_word_embeddings": true, "rope_theta": 10000.0
        """);
    configs.put(
        "mistral",
        """
        "architectures": ["MistralForCausalLM"], "model_type": "mistral", "num_key_value_heads": 1,
        "sliding_window": 3, "head_dim": 4,
        "rope_scaling": {"rope_type": "linear", "factor": 2.0}
        """);
    configs.put(
        "qwen2",
        """
        "architectures": ["Qwen2ForCausalLM"], "model_type": "qwen2", "num_key_value_heads": 4,
        "use_sliding_window": true, "sliding_window": 4, "max_window_layers": 1,
        "rope_scaling": {"type": "yarn", "factor": 4.0, "original_max_position_embeddings": 16}
        """);
    configs.put(
        "qwen3",
        """
        "architectures": ["Qwen3ForCausalLM"], "model_type": "qwen3", "num_key_value_heads": 2,
        "head_dim": 6, "use_sliding_window": true, "sliding_window": 5,
        "layer_types": ["sliding_attention", "full_attention"], "attention_bias": true,
        "rope_parameters": {"rope_type": "llama3", "rope_theta": 10000.0, "factor": 8.0,
          "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 16}
        """);
    configs.put(
        "llama-dynamic",
        """
        "architectures": ["LlamaForCausalLM"], "model_type": "llama",
        "rope_scaling": {"rope_type": "dynamic", "factor": 2.0}
        """);
    configs.put(
        "deepseek2",
        """
        "architectures": ["DeepseekV2ForCausalLM"], "model_type": "deepseek_v2",
        "q_lora_rank": null, "tie_word_embeddings": true,
        """
            + LATENT);
    configs.put(
        "deepseek3",
        """
        "architectures": ["DeepseekV3ForCausalLM"], "model_type": "deepseek_v3",
        "q_lora_rank": 5, "rope_scaling": {"type": "yarn", "factor": 8.0, "mscale": 0.7,
          "mscale_all_dim": 0.5, "original_max_position_embeddings": 16, "beta_fast": 32,
          "beta_slow": 1},
        """
            + LATENT);
    configs.replaceAll((name, json) -> "{" + json.strip() + ", " + SIZES.strip() + "}");
    return configs;
  }

  private static String withPieces(String config) {
    return config.replace("\"vocab_size\": 19", "\"vocab_size\": " + PIECES);
  }

  /**
   * A model of random weights with the tensors that this configuration asks for.
   *
   * @throws org.gta4j.checkpoint.CheckpointException if it describes no model
   */
  static Specimen folder(String name, String json, String dtype) {
    ModelConfig config =
        ModelConfig.read(ConfigFile.of(name, (ObjectNode) JsonText.MAPPER.readTree(json)));
    SplittableRandom random = new SplittableRandom(name.hashCode());
    JsonText header = JsonText.parse("{}");
    int bytes = dtype.equals("F32") ? Float.BYTES : Short.BYTES;
    if (config.numHiddenLayers() > MOST_LAYERS) {
      throw new IllegalArgumentException("not tiny: layers " + config.numHiddenLayers());
    }
    long elements = tensors(config).values().stream().mapToLong(Shape::elements).sum();
    if (elements > MOST_ELEMENTS) {
      throw new IllegalArgumentException("not tiny: " + elements);
    }
    ByteBuffer data = ByteBuffer.allocate((int) elements * bytes).order(ByteOrder.LITTLE_ENDIAN);
    for (Map.Entry<String, Shape> tensor : tensors(config).entrySet()) {
      int begin = data.position();
      for (long i = 0; i < tensor.getValue().elements(); i++) {
        float value = (float) (random.nextDouble() - 0.5);
        switch (dtype) {
          case "F16" -> data.putShort(Halves.toF16(value));
          case "BF16" -> data.putShort(Halves.toBf16(value));
          default -> data.putFloat(value);
        }
      }
      header =
          header.plus(
              tensor.getKey(),
              TensorText.tensor(dtype, tensor.getValue().toString(), begin, data.position()));
    }
    return new Specimen(name, new TreeMap<>(), "")
        .with(CONFIG, JsonText.parse(json).bytes())
        .with(WEIGHTS, new TensorText(header, data.array()).bytes());
  }

  /** All tensors of a model under their whole names. */
  static SequencedMap<String, Shape> tensors(ModelConfig config) {
    SequencedMap<String, Shape> tensors = new LinkedHashMap<>();
    int hidden = config.hiddenSize();
    int width = config.intermediateSize();
    tensors.put("model.embed_tokens.weight", Shape.of(config.vocabSize(), hidden));
    for (int i = 0; i < config.numHiddenLayers(); i++) {
      String layer = "model.layers." + i + ".";
      tensors.put(layer + "input_layernorm.weight", Shape.of(hidden));
      config
          .attention()
          .tensors()
          .forEach((name, shape) -> tensors.put(layer + "self_attn." + name, shape));
      tensors.put(layer + "post_attention_layernorm.weight", Shape.of(hidden));
      tensors.put(layer + "mlp.gate_proj.weight", Shape.of(width, hidden));
      tensors.put(layer + "mlp.up_proj.weight", Shape.of(width, hidden));
      tensors.put(layer + "mlp.down_proj.weight", Shape.of(hidden, width));
      if (config.mlpBias()) {
        tensors.put(layer + "mlp.gate_proj.bias", Shape.of(width));
        tensors.put(layer + "mlp.up_proj.bias", Shape.of(width));
        tensors.put(layer + "mlp.down_proj.bias", Shape.of(hidden));
      }
    }
    tensors.put("model.norm.weight", Shape.of(hidden));
    if (!config.tieWordEmbeddings()) {
      tensors.put("lm_head.weight", Shape.of(config.vocabSize(), hidden));
    }
    return tensors;
  }

  /** A GTA whose matrices are in blocks, of which the configuration says what they are. */
  private static Specimen blocks() {
    return converted(
        "gta in blocks",
        (checkpoint, out) ->
            HuggingFaceFolder.write(
                out,
                checkpoint.config().json(),
                checkpoint.weights().tensors(),
                new WeightPlan(ModelConfig.read(checkpoint.config()), WeightFormat.Q4),
                1 << 20,
                Map.of(),
                (bytes, whole) -> {}));
  }

  /** Writes a model of random weights in another way, and takes what was written. */
  static Specimen converted(String name, BiConsumer<Checkpoint, Path> writer) {
    try {
      Path folder = Files.createTempDirectory("gta4j");
      Path out = folder.resolve("out");
      Path source = RandomCheckpoint.gta(11, 19, 64).write(folder.resolve("source"));
      try (Checkpoint checkpoint = Checkpoint.open(source)) {
        writer.accept(checkpoint, out);
      }
      Specimen specimen = new Specimen(name, new TreeMap<>(), "");
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          if (file.startsWith(out) && Files.isRegularFile(file)) {
            specimen = specimen.with(String.valueOf(file.getFileName()), Files.readAllBytes(file));
          }
          Files.delete(file);
        }
      }
      return specimen;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The tensors in turn in two files, with an index. */
  static Specimen sharded(Specimen single) {
    TensorText whole = TensorText.parse(single.bytes(WEIGHTS));
    JsonText map = JsonText.parse("{}");
    Specimen sharded = single.without(WEIGHTS);
    for (int shard = 0; shard < 2; shard++) {
      String name = "model-%05d-of-00002.safetensors".formatted(shard + 1);
      JsonText header = JsonText.parse("{}");
      ByteBuffer data = ByteBuffer.allocate(whole.data().length);
      for (int i = shard; i < whole.header().members().size(); i += 2) {
        JsonText.Member tensor = whole.header().members().get(i);
        JsonText entry = JsonText.parse(tensor.value());
        int[] range = JsonText.MAPPER.readValue(entry.get("data_offsets"), int[].class);
        int begin = data.position();
        data.put(whole.data(), range[0], range[1] - range[0]);
        header =
            header.plus(
                tensor.key(),
                entry.with("data_offsets", "[%d,%d]".formatted(begin, data.position())).toString());
        map = map.plus(tensor.key(), "\"" + name + "\"");
      }
      byte[] used = new byte[data.position()];
      data.flip().get(used);
      sharded = sharded.with(name, new TensorText(header, used).bytes());
    }
    return sharded.with(
        INDEX,
        "{\"metadata\": {\"total_size\": 1}, \"weight_map\": %s}"
            .formatted(map)
            .getBytes(StandardCharsets.UTF_8));
  }

  private static Specimen llama2c(String name, boolean tied) {
    int hidden = 8;
    int width = 12;
    int layers = 2;
    int heads = 2;
    int keyHeads = 1;
    int context = 64;
    int floats =
        PIECES * hidden * (tied ? 1 : 2)
            + layers * (2 * hidden + 2 * hidden * hidden + hidden * hidden + 3 * width * hidden)
            + hidden
            + context * (hidden / heads);
    ByteBuffer file =
        ByteBuffer.allocate(7 * Integer.BYTES + floats * Float.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN);
    for (int field :
        new int[] {hidden, width, layers, heads, keyHeads, tied ? PIECES : -PIECES, context}) {
      file.putInt(field);
    }
    SplittableRandom random = new SplittableRandom(name.hashCode());
    while (file.hasRemaining()) {
      file.putFloat((float) (random.nextDouble() - 0.5));
    }
    return new Specimen(name, new TreeMap<>(), "model.bin")
        .with("model.bin", file.array())
        .with("tok%d.bin".formatted(PIECES), tokenizer());
  }

  /** A tokenizer in llama2.c's format, of all letters of a few words and their pairs. */
  private static byte[] tokenizer() {
    List<String> pieces = new ArrayList<>(List.of("<unk>", "\n<s>\n", "\n</s>\n"));
    for (int i = 0; i < 256; i++) {
      pieces.add("<0x%02X>".formatted(i));
    }
    pieces.addAll(List.of(" ", "a", "b", "c", "é", "ab", " a", "bc", "abc", "aa", " abc"));
    ByteBuffer file = ByteBuffer.allocate(1 << 14).order(ByteOrder.LITTLE_ENDIAN).putInt(7);
    for (int i = 0; i < PIECES; i++) {
      byte[] piece = pieces.get(i).getBytes(StandardCharsets.UTF_8);
      file.putFloat(-i).putInt(piece.length).put(piece);
    }
    byte[] used = new byte[file.position()];
    file.flip().get(used);
    return used;
  }
}
