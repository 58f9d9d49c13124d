package org.gta4j.checkpoint;

import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.gta4j.tensor.Tensor;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a GGUF file's metadata say of the model, under the keys of Hugging Face's {@code
 * config.json}. What they ask for beyond that is refused.
 */
final class GgufConfig {
  /** Hugging Face's name for each architecture's class; Mistral's files call themselves llama. */
  private static final Map<String, String> ARCHITECTURES =
      Map.of(
          "llama", "LlamaForCausalLM",
          "qwen2", "Qwen2ForCausalLM",
          "qwen3", "Qwen3ForCausalLM");

  /** The key of a file's architecture. */
  private static final String ARCHITECTURE = GgufOwn.ARCHITECTURE_KEY;

  /** What our own files say where more tokens end a text than there are keys for. */
  private static final String ALL_ENDS = GgufOwn.ARCHITECTURE + ".eos_token_ids";

  private static final List<String> END_KEYS =
      List.of(
          "tokenizer.ggml.eos_token_id",
          "tokenizer.ggml.eot_token_id",
          "tokenizer.ggml.eom_token_id");

  /**
   * Control tokens that end a turn or a text in the models that have them, whether or not a file's
   * keys say so: early files of chat models have the base model's end alone.
   */
  private static final Set<String> END_NAMES =
      Set.of(
          "<|im_end|>",
          "<|eot_id|>",
          "<|eom_id|>",
          "<|endoftext|>",
          "<|end_of_text|>",
          "<|end|>",
          "<|return|>",
          "<end_of_turn>",
          "<end_of_utterance>",
          "<\uff5cend\u2581of\u2581sentence\uff5c>");

  /** The format's number for a token that steers the model. */
  private static final int CONTROL = 3;

  private final GgufMetadata metadata;
  private final String architecture;

  /**
   * The metadata of a file.
   *
   * @throws CheckpointException if the architecture is none of ours, or the file one of several
   */
  GgufConfig(GgufMetadata metadata) {
    this.metadata = metadata;
    architecture =
        metadata.text(ARCHITECTURE).orElseThrow(() -> missing(ARCHITECTURE, "an architecture"));
    if (!ARCHITECTURES.containsKey(architecture)) {
      throw metadata.wrong(
          ARCHITECTURE, "llama (Mistral too), qwen2, qwen3 or gta4j", architecture);
    }
    long parts = metadata.integer("split.count", 0, Long.MAX_VALUE).orElse(1L);
    if (parts > 1) {
      throw metadata.wrong(
          "split.count", "a model in one file (llama-gguf-split --merge makes one)", parts);
    }
  }

  /**
   * Adds the ids that end a text, as {@link #toHuggingFace} finds them again. The one that the
   * tokenizer has named already stays the first: chat templates write it.
   */
  static void putEnds(GgufPairs pairs, List<Integer> ids) {
    Set<Integer> all = new LinkedHashSet<>();
    pairs.integer(END_KEYS.getFirst()).ifPresent(all::add);
    all.addAll(ids);
    List<Integer> ends = List.copyOf(all);
    for (int i = 0; i < Math.min(ends.size(), END_KEYS.size()); i++) {
      pairs.put(END_KEYS.get(i), ends.get(i));
    }
    if (ends.size() > END_KEYS.size()) {
      pairs.put(ALL_ENDS, ends.stream().mapToInt(id -> id).toArray());
    }
  }

  /** The architecture's name. */
  String architecture() {
    return architecture;
  }

  /**
   * The configuration.
   *
   * @param tensors the file's tensors under its own names
   * @throws CheckpointException if a key is missing, or has a value that is not supported
   */
  ConfigFile toHuggingFace(SequencedMap<String, Tensor> tensors) {
    int hidden = size("embedding_length");
    int heads = size("attention.head_count");
    int headDim = headDim(hidden, heads);
    refuse("expert_count", 0, "no experts");
    refuse("attention.scale", 1 / Math.sqrt(headDim), "one over the root of a head's width");
    if (!metadata.flag(key("attention.causal")).orElse(true)) {
      throw metadata.wrong(key("attention.causal"), "true", false);
    }
    ObjectNode config = Json.object();
    config.putArray("architectures").add(ARCHITECTURES.get(architecture));
    config.put("model_type", architecture);
    config.put("vocab_size", vocabulary(tensors));
    config.put("hidden_size", hidden);
    config.put("intermediate_size", size("feed_forward_length"));
    config.put("num_hidden_layers", size("block_count"));
    config.put("num_attention_heads", heads);
    config.put("num_key_value_heads", optionalSize("attention.head_count_kv").orElse(heads));
    config.put("head_dim", headDim);
    config.put("hidden_act", "silu");
    config.put("rms_norm_eps", epsilon());
    config.put("max_position_embeddings", size("context_length"));
    config.put("tie_word_embeddings", !tensors.containsKey(GgufNames.OUTPUT));
    config.put("attention_bias", hasAny(tensors, GgufNames.ATTENTION));
    config.put("mlp_bias", hasAny(tensors, GgufNames.FEED_FORWARD));
    if (architecture.equals("llama")) {
      // Its files have the rows of queries and keys in Meta's order.
      config.put("rope_interleave", true);
    }
    new GgufRope(metadata, architecture).write(config, headDim, rotaryFactors(tensors, headDim));
    metadata
        .integer("tokenizer.ggml.bos_token_id", 0, Integer.MAX_VALUE)
        .ifPresent(id -> config.put("bos_token_id", id));
    ArrayNode ends = config.putArray("eos_token_id");
    Stream.of(
            END_KEYS.stream().flatMap(end -> metadata.integer(end, 0, Integer.MAX_VALUE).stream()),
            Arrays.stream(metadata.integers(ALL_ENDS).orElse(new int[0])).mapToObj(id -> (long) id),
            namedEnds(config.path("vocab_size").intValue()))
        .flatMap(ids -> ids)
        .distinct()
        .forEach(ends::add);
    return ConfigFile.of(metadata.file(), config);
  }

  private Stream<Long> namedEnds(int vocabulary) {
    List<String> names = metadata.texts("tokenizer.ggml.tokens").orElse(List.of());
    int[] kinds = metadata.integers("tokenizer.ggml.token_type").orElse(new int[0]);
    return IntStream.range(0, Math.min(vocabulary, Math.min(names.size(), kinds.length)))
        .filter(id -> kinds[id] == CONTROL && END_NAMES.contains(names.get(id)))
        .mapToObj(id -> (long) id);
  }

  /**
   * Biases that some layers have and others have not, by the file's names, with their lengths: a
   * configuration says it for all layers. Llama's output projection goes with its queries, keys and
   * values; Qwen2's has none.
   */
  Map<String, Integer> missingBiases(SequencedMap<String, Tensor> tensors) {
    Map<String, Integer> missing = new HashMap<>();
    Stream.of(GgufNames.ATTENTION, GgufNames.FEED_FORWARD)
        .filter(parts -> !architecture.equals("qwen2") && hasAny(tensors, parts))
        .forEach(parts -> {
          for (int layer = 0; layer < size("block_count"); layer++) {
            for (String part : parts) {
              Tensor weight = tensors.get(GgufNames.inLayer(layer, part, "weight"));
              String bias = GgufNames.inLayer(layer, part, "bias");
              if (weight == null) {
                return; // refused when the model is loaded
              }
              if (!tensors.containsKey(bias) && weight.shape().rank() == 2) {
                missing.put(bias, Math.toIntExact(weight.shape().size(0)));
              }
            }
          }
        });
    return missing;
  }

  private boolean hasAny(SequencedMap<String, Tensor> tensors, List<String> parts) {
    return tensors.keySet().stream()
        .anyMatch(name ->
            name.endsWith(".bias")
                && parts.stream().anyMatch(part -> name.contains("." + part + ".")));
  }

  private int headDim(int hidden, int heads) {
    Optional<Integer> keys = optionalSize("attention.key_length");
    Optional<Integer> values = optionalSize("attention.value_length");
    if (keys.isEmpty() && hidden % heads != 0) {
      throw metadata.wrong(
          key("attention.head_count"), "a number that divides %d".formatted(hidden), heads);
    }
    int headDim = keys.orElse(hidden / heads);
    if (!values.orElse(headDim).equals(headDim)) {
      throw metadata.wrong(
          key("attention.value_length"), "%d, as wide as keys".formatted(headDim), values.get());
    }
    return headDim;
  }

  private double epsilon() {
    return metadata
        .number(key("attention.layer_norm_rms_epsilon"))
        .orElseThrow(() -> missing(key("attention.layer_norm_rms_epsilon"), "a number above 0"));
  }

  /** The embedding says it: the metadata may count tokens that nobody has trained. */
  private int vocabulary(SequencedMap<String, Tensor> tensors) {
    Tensor embedding = tensors.get(GgufNames.EMBEDDING);
    if (embedding == null) {
      throw missing("tensor " + GgufNames.EMBEDDING, "[embedding_length, vocabulary]");
    }
    if (embedding.shape().rank() != 2
        || embedding.shape().size(0) < 1
        || embedding.shape().size(0) > Integer.MAX_VALUE) {
      throw metadata.wrong(
          "tensor " + GgufNames.EMBEDDING, "[embedding_length, vocabulary]", embedding.shape());
    }
    return embedding.shape().intSize(0);
  }

  /** Llama 3.1's stretching, as its converter has worked it out; empty where there is none. */
  private float[] rotaryFactors(SequencedMap<String, Tensor> tensors, int headDim) {
    Tensor factors = tensors.get(GgufNames.ROPE_FACTORS);
    if (factors == null) {
      return new float[0];
    }
    if (factors.shape().elements() != headDim / 2) {
      throw metadata.wrong(
          "tensor " + GgufNames.ROPE_FACTORS,
          "%d factors, one for each pair of a head's numbers".formatted(headDim / 2),
          factors.shape());
    }
    return factors.toFloats();
  }

  private void refuse(String name, double supported, String expected) {
    double value = metadata.number(key(name)).orElse(0.0);
    if (value != 0 && Math.abs(value - supported) > 1e-6 * supported) {
      throw metadata.wrong(key(name), expected, value);
    }
  }

  private int size(String name) {
    return optionalSize(name).orElseThrow(() -> missing(key(name), "a positive integer"));
  }

  /** A size; a list of them, one a layer, where all are equal. */
  private Optional<Integer> optionalSize(String name) {
    String key = key(name);
    if (metadata.values().get(key) instanceof GgufValue.Wholes(int[] sizes)) {
      if (sizes.length == 0 || sizes[0] < 1 || Arrays.stream(sizes).anyMatch(n -> n != sizes[0])) {
        throw metadata.wrong(key, "a positive integer, the same for all layers", "different ones");
      }
      return Optional.of(sizes[0]);
    }
    return metadata.size(key);
  }

  private String key(String name) {
    return architecture + "." + name;
  }

  private CheckpointException missing(String key, String expected) {
    return metadata.wrong(key, expected, "none");
  }
}
