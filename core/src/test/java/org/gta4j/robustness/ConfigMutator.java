package org.gta4j.robustness;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.gta4j.checkpoint.CheckpointException;
import tools.jackson.core.JacksonException;

/** Makes a {@code config.json} say something else, or nothing that can be read. */
final class ConfigMutator {
  /** Values that break what does not look at them, as JSON or nearly. */
  private static final List<String> VALUES =
      List.of(
          "null",
          "true",
          "false",
          "\"\"",
          "\"64\"",
          "\"text\"",
          "[]",
          "{}",
          "[1]",
          "[null]",
          "[[]]",
          "{\"a\": {}}",
          "0",
          "-0",
          "-1",
          "1",
          "2",
          "3",
          "4",
          "5",
          "7",
          "8",
          "0.0",
          "1.0",
          "1.5",
          "-1.5",
          "0.1",
          "65536",
          "33554432",
          "536870912",
          "1073741823",
          "1073741824",
          "2147483647",
          "2147483648",
          "-2147483648",
          "4294967296",
          "4294967297",
          "9223372036854775807",
          "9223372036854775808",
          "-9223372036854775809",
          "1e18",
          "1e38",
          "1e39",
          "1e308",
          "1e309",
          "-1e308",
          "1e-38",
          "1e-46",
          "1e-320",
          "1e-400",
          "NaN",
          "Infinity",
          "-Infinity",
          "1e999999999",
          "1e-999999999",
          "01",
          "+1",
          ".5",
          "0x10",
          "1_000",
          "nil",
          "'text'",
          "\"\\ud800\"",
          "\"\\u0000\"",
          "\"\\u001b[31m\\n\"",
          "\"\\x\"");

  private static final List<String> KEYS =
      List.of(
          "architectures",
          "model_type",
          "vocab_size",
          "hidden_size",
          "intermediate_size",
          "num_hidden_layers",
          "num_attention_heads",
          "num_key_value_heads",
          "head_dim",
          "num_query_heads",
          "num_key_heads",
          "num_value_heads",
          "query_dim",
          "key_dim",
          "value_dim",
          "kv_lora_rank",
          "q_lora_rank",
          "qk_nope_head_dim",
          "qk_rope_head_dim",
          "v_head_dim",
          "first_k_dense_replace",
          "max_position_embeddings",
          "rms_norm_eps",
          "rope_theta",
          "rope_scaling",
          "rope_parameters",
          "rope_interleave",
          "attention_bias",
          "mlp_bias",
          "tie_word_embeddings",
          "hidden_act",
          "eos_token_id",
          "sliding_window",
          "use_sliding_window",
          "max_window_layers",
          "layer_types",
          "partial_rotary_factor",
          "original_max_position_embeddings");

  private static final List<String> ROPE_KEYS =
      List.of(
          "rope_type",
          "type",
          "factor",
          "rope_theta",
          "original_max_position_embeddings",
          "low_freq_factor",
          "high_freq_factor",
          "beta_fast",
          "beta_slow",
          "mscale",
          "mscale_all_dim",
          "attention_factor",
          "truncate",
          "partial_rotary_factor");

  private ConfigMutator() {}

  static Specimen mutate(Specimen specimen, List<Specimen> others, Chance chance) {
    byte[] config = specimen.bytes(TinyModels.CONFIG);
    return config.length == 0
        ? specimen
        : specimen.with(TinyModels.CONFIG, mutate(config, others, chance));
  }

  /**
   * Other sizes, and tensors that fit them: what no check refuses has to be computed. Sizes that do
   * describe no model stay with the tensors they had.
   */
  static Specimen resized(Specimen specimen, Chance chance) {
    JsonText json = JsonText.parse(specimen.bytes(TinyModels.CONFIG));
    if (json.members().isEmpty()) {
      return specimen;
    }
    for (int i = chance.below(4); i >= 0; i--) {
      String key = chance.of(json.keys());
      if (json.get(key).matches("[0-9]+")) {
        String size = chance.oneOf("1", "2", "3", "4", "6", "8", "16", "17", "32", "33", "64");
        json = json.with(key, chance.onceIn(20) ? "300" : size);
      } else if (key.startsWith("rope_")) {
        json = json.with("rope_scaling", rope(json, chance));
      }
    }
    String dtype = chance.oneOf("F32", "F16", "BF16");
    try {
      return TinyModels.folder(specimen.name() + " of other sizes", json.toString(), dtype);
    } catch (CheckpointException | IllegalArgumentException | JacksonException e) {
      return specimen.with(TinyModels.CONFIG, json.bytes());
    }
  }

  private static byte[] mutate(byte[] config, List<Specimen> others, Chance chance) {
    JsonText json = JsonText.parse(config);
    if (json.members().isEmpty()) {
      return config;
    }
    String key = chance.onceIn(4) ? chance.of(KEYS) : chance.of(json.keys());
    return switch (chance.below(18)) {
      case 0 -> json.without(key).bytes();
      case 1, 2, 3, 4, 5 -> json.with(key, chance.of(VALUES)).bytes();
      case 6, 7, 8 -> json.with(key, neighbour(json.get(key), chance)).bytes();
      case 9 -> json.with(key, json.get(chance.of(json.keys()))).bytes();
      case 10 -> json.plus(key, chance.of(VALUES)).bytes();
      case 11 -> json.with(key, large(chance)).bytes();
      case 12 -> transplanted(json, chance.of(others), chance).bytes();
      case 13 -> json.with("rope_scaling", rope(json, chance)).bytes();
      case 14 -> kind(json, chance).bytes();
      case 15 -> layers(json, chance).bytes();
      case 16 -> ByteMutator.mutate(config, chance);
      default -> encoded(json.toString(), chance);
    };
  }

  private static String neighbour(String value, Chance chance) {
    if (!value.matches("-?[0-9.]+(E-?[0-9]+)?")) {
      return chance.of(VALUES);
    }
    BigDecimal number = new BigDecimal(value);
    BigDecimal changed =
        switch (chance.below(8)) {
          case 0 -> number.add(BigDecimal.ONE);
          case 1 -> number.subtract(BigDecimal.ONE);
          case 2 -> number.multiply(BigDecimal.TWO);
          case 3 -> number.divideToIntegralValue(BigDecimal.TWO);
          case 4 -> number.negate();
          case 5 -> number.multiply(BigDecimal.valueOf(1 << 16));
          case 6 -> number.multiply(BigDecimal.valueOf(1L << 32));
          default -> number.add(BigDecimal.valueOf(chance.below(64)));
        };
    return changed.toPlainString();
  }

  /** Values whose size is what is wrong with them. */
  private static String large(Chance chance) {
    int depth = chance.oneOf(10, 400, 600, 5_000, 100_000);
    int count = chance.oneOf(1_000, 20_000);
    return switch (chance.below(9)) {
      case 0 -> "[".repeat(depth) + "]".repeat(depth);
      case 1 -> "{\"a\":".repeat(depth) + "1" + "}".repeat(depth);
      case 2 -> "[".repeat(depth);
      case 3 -> "9".repeat(chance.oneOf(20, 400, 999, 5_000));
      case 4 -> "0." + "1".repeat(chance.oneOf(400, 5_000));
      case 5 -> "\"" + "x".repeat(chance.oneOf(1_000, 100_000)) + "\"";
      case 6 -> "[" + "0,".repeat(count) + "0]";
      case 7 -> "[" + "\"full_attention\",".repeat(count) + "\"sliding_attention\"]";
      default -> "[" + "{},".repeat(count) + "{}]";
    };
  }

  /** A key of another model, or all of them. */
  private static JsonText transplanted(JsonText json, Specimen other, Chance chance) {
    byte[] config = other.bytes(TinyModels.CONFIG);
    if (config.length == 0) {
      return json;
    }
    JsonText donor = JsonText.parse(config);
    if (chance.onceIn(3)) {
      return donor;
    }
    String key = chance.of(donor.keys());
    return json.with(key, donor.get(key));
  }

  /** A description of positions, with something wrong inside. */
  private static String rope(JsonText json, Chance chance) {
    String known = json.get(chance.oneOf("rope_scaling", "rope_parameters"));
    JsonText rope =
        JsonText.isObject(known)
            ? JsonText.parse(known)
            : JsonText.parse("{\"factor\": 4.0}")
                .with(
                    "rope_type",
                    chance.oneOf(
                        "\"linear\"",
                        "\"dynamic\"",
                        "\"yarn\"",
                        "\"llama3\"",
                        "\"default\"",
                        "\"longrope\"",
                        "\"su\""));
    for (int i = chance.below(3); i >= 0; i--) {
      String key = chance.onceIn(2) ? chance.of(ROPE_KEYS) : chance.of(rope.keys());
      rope = chance.onceIn(6) ? rope.without(key) : rope.with(key, chance.of(VALUES));
      if (rope.members().isEmpty()) {
        break;
      }
    }
    return rope.toString();
  }

  /** Another kind of model. */
  private static JsonText kind(JsonText json, Chance chance) {
    String architecture =
        chance.oneOf(
            "[\"GTAForCausalLM\"]",
            "[\"GVAForCausalLM\"]",
            "[\"GHAForCausalLM\"]",
            "[\"GatedGQAForCausalLM\"]",
            "[\"GatedMLAForCausalLM\"]",
            "[\"LlamaForCausalLM\"]",
            "[\"GPT2LMHeadModel\"]",
            "[]",
            "\"LlamaForCausalLM\"");
    String type =
        chance.oneOf(
            "\"llama\"",
            "\"mistral\"",
            "\"qwen2\"",
            "\"qwen3\"",
            "\"deepseek_v2\"",
            "\"deepseek_v3\"",
            "\"gemma3\"",
            "\"qwen2_moe\"",
            "\"\"");
    return switch (chance.below(3)) {
      case 0 -> json.with("architectures", architecture);
      case 1 -> json.with("model_type", type);
      default -> json.with("architectures", architecture).with("model_type", type);
    };
  }

  /** Another list of the layers' kinds. */
  private static JsonText layers(JsonText json, Chance chance) {
    String type = chance.oneOf("\"full_attention\"", "\"sliding_attention\"", "\"linear\"", "1");
    String types = "[" + (type + ",").repeat(chance.below(5)) + type + "]";
    return json.with("model_type", chance.oneOf("\"qwen2\"", "\"qwen3\""))
        .with("use_sliding_window", "true")
        .with("layer_types", types);
  }

  /** The text in other encodings. */
  private static byte[] encoded(String json, Chance chance) {
    return switch (chance.below(5)) {
      case 0 -> json.getBytes(StandardCharsets.UTF_16);
      case 1 -> json.getBytes(StandardCharsets.UTF_16LE);
      case 2 -> ("\ufeff" + json).getBytes(StandardCharsets.UTF_8);
      case 3 -> (json + chance.oneOf("}", "{}", "\0", " //")).getBytes(StandardCharsets.UTF_8);
      default -> json.getBytes(StandardCharsets.UTF_32);
    };
  }
}
