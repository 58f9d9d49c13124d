package org.gta4j.model;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.gta4j.checkpoint.ConfigFile;
import org.gta4j.checkpoint.Json;
import tools.jackson.databind.node.ObjectNode;

/**
 * A shape with a name: the twelve that the paper trained (arXiv 2506.17286, table 5), MLA in the
 * size of its 1B models, which the paper did not train, and small ones for quick work. Biases are
 * where the published parameter counts have them.
 *
 * @param name the paper's name in lower case
 * @param config its configuration, under Hugging Face's keys
 */
public record Preset(String name, ConfigFile config) {
  private static final int HEAD_DIM = 64;
  private static final int LATENT_DIM = 128;

  /** What models of a size share. */
  private enum Size {
    /** For tests of whole runs. */
    TINY(4, 256, 640, 4, 4096, true, 1024, 1e-5),
    /** For an evening. */
    SMALL(8, 512, 1408, 8, 8192, true, 2048, 1e-5),
    /** 160M. */
    M160(24, 768, 1920, 12, 32000, true, 4096, 1e-6),
    /** 500M. */
    M500(24, 1280, 3584, 20, 32000, false, 4096, 1e-6),
    /** 1B. */
    B1(54, 1280, 3584, 20, 128256, true, 2048, 1e-5);

    private final int layers;
    private final int hidden;
    private final int feedForward;
    private final int heads;
    private final int vocabulary;
    private final boolean tied;
    private final int context;
    private final double epsilon;

    Size(
        int layers,
        int hidden,
        int feedForward,
        int heads,
        int vocabulary,
        boolean tied,
        int context,
        double epsilon) {
      this.layers = layers;
      this.hidden = hidden;
      this.feedForward = feedForward;
      this.heads = heads;
      this.vocabulary = vocabulary;
      this.tied = tied;
      this.context = context;
      this.epsilon = epsilon;
    }
  }

  private static final Map<String, Preset> ALL = new TreeMap<>();

  static {
    grouped("mha-tiny", Size.TINY, 4, false);
    grouped("gqa-tiny", Size.TINY, 2, false);
    latent("mla-tiny", Size.TINY, 64, 32);
    sharing("gta-tiny", Size.TINY, 2, 1);
    grouped("mha-small", Size.SMALL, 8, false);
    grouped("gqa-small", Size.SMALL, 2, false);
    latent("mla-small", Size.SMALL, 128, 32);
    sharing("gta-small", Size.SMALL, 2, 1);
    grouped("mha-160m", Size.M160, 12, true);
    grouped("gqa-160m", Size.M160, 3, true);
    latent("mla-160m", Size.M160, 256, 32);
    sharing("gta1-160m", Size.M160, 3, 1);
    sharing("gta2-160m", Size.M160, 6, 1);
    grouped("mha-500m", Size.M500, 20, true);
    grouped("gqa-500m", Size.M500, 4, true);
    latent("mla-500m", Size.M500, 320, 32);
    sharing("gta3-500m", Size.M500, 5, 1);
    sharing("gta4-500m", Size.M500, 10, 2);
    grouped("gqa-1b", Size.B1, 5, false);
    latent("mla-1b", Size.B1, 320, 32);
    sharing("gta-1b", Size.B1, 5, 1);
  }

  /** MHA and GQA. */
  private static void grouped(String name, Size size, int keyValueHeads, boolean bias) {
    ObjectNode json = common(size, "LlamaForCausalLM", "llama");
    json.put("num_key_value_heads", keyValueHeads);
    json.put("head_dim", HEAD_DIM);
    json.put("attention_bias", false);
    if (bias) {
      // Biases on q, k and v but not on the output, as Qwen2 has them.
      json.putArray("architectures").add("Qwen2ForCausalLM");
      json.put("model_type", "qwen2");
      json.remove("attention_bias");
    }
    add(name, json);
  }

  /** MLA without a rank of its own for the queries. */
  private static void latent(String name, Size size, int rank, int rope) {
    ObjectNode json = common(size, "DeepseekV3ForCausalLM", "deepseek_v3");
    json.put("num_key_value_heads", size.heads);
    json.put("kv_lora_rank", rank);
    json.putNull("q_lora_rank");
    json.put("qk_rope_head_dim", rope);
    json.put("qk_nope_head_dim", HEAD_DIM);
    json.put("v_head_dim", HEAD_DIM);
    json.put("first_k_dense_replace", size.layers);
    json.put("rope_interleave", false);
    json.put("attention_bias", false);
    add(name, json);
  }

  /** GTA with one key head. */
  private static void sharing(String name, Size size, int maps, int latents) {
    ObjectNode json = common(size, "GTAForCausalLM", "llama");
    json.put("head_dim", HEAD_DIM);
    json.put("num_query_heads", maps);
    json.put("query_dim", HEAD_DIM);
    json.put("num_key_heads", 1);
    json.put("key_dim", HEAD_DIM);
    json.put("num_value_heads", latents);
    json.put("value_dim", LATENT_DIM);
    json.put("attention_bias", true);
    add(name, json);
  }

  private static ObjectNode common(Size size, String architecture, String type) {
    ObjectNode json = Json.object();
    json.putArray("architectures").add(architecture);
    json.put("model_type", type);
    json.put("vocab_size", size.vocabulary);
    json.put("hidden_size", size.hidden);
    json.put("intermediate_size", size.feedForward);
    json.put("num_hidden_layers", size.layers);
    json.put("num_attention_heads", size.heads);
    json.put("max_position_embeddings", size.context);
    json.put("hidden_act", "silu");
    json.put("rms_norm_eps", size.epsilon);
    json.put("rope_theta", 10000.0);
    json.put("tie_word_embeddings", size.tied);
    json.put("bos_token_id", 1);
    json.put("eos_token_id", 2);
    return json;
  }

  private static void add(String name, ObjectNode json) {
    ALL.put(name, new Preset(name, ConfigFile.of("preset " + name, json)));
  }

  /** All names, in alphabetical order. */
  public static List<String> names() {
    return Collections.unmodifiableList(new ArrayList<>(ALL.keySet()));
  }

  /**
   * The shape of that name.
   *
   * @throws IllegalArgumentException if there is none, with the names there are
   */
  public static Preset named(String name) {
    Preset preset = ALL.get(name.toLowerCase(Locale.ROOT));
    if (preset == null) {
      throw new IllegalArgumentException(
          "expected the name of a shape, one of %s; found %s"
              .formatted(String.join(", ", names()), name));
    }
    return preset;
  }
}
