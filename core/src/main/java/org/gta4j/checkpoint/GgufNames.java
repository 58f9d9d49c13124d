package org.gta4j.checkpoint;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The names of a GGUF file's tensors and what Hugging Face calls them. */
final class GgufNames {
  /** What the frequencies of rotary position embedding are divided by. */
  static final String ROPE_FACTORS = "rope_freqs.weight";

  static final String EMBEDDING = "token_embd.weight";
  static final String OUTPUT = "output.weight";

  private static final Map<String, String> OUTER =
      Map.of(
          EMBEDDING,
          "model.embed_tokens.weight",
          "output_norm.weight",
          "model.norm.weight",
          OUTPUT,
          "lm_head.weight");

  /** The linear layers that may have biases, in a layer's own order. */
  static final List<String> ATTENTION = List.of("attn_q", "attn_k", "attn_v", "attn_output");

  /** The feed-forward network's, which may have biases too. */
  static final List<String> FEED_FORWARD = List.of("ffn_gate", "ffn_up", "ffn_down");

  private static final Map<String, String> LAYER =
      Map.ofEntries(
          Map.entry("attn_norm", "input_layernorm"),
          Map.entry("ffn_norm", "post_attention_layernorm"),
          Map.entry("attn_q", "self_attn.q_proj"),
          Map.entry("attn_k", "self_attn.k_proj"),
          Map.entry("attn_v", "self_attn.v_proj"),
          Map.entry("attn_output", "self_attn.o_proj"),
          Map.entry("attn_q_norm", "self_attn.q_norm"),
          Map.entry("attn_k_norm", "self_attn.k_norm"),
          Map.entry("ffn_gate", "mlp.gate_proj"),
          Map.entry("ffn_up", "mlp.up_proj"),
          Map.entry("ffn_down", "mlp.down_proj"));

  private static final Pattern IN_LAYER =
      Pattern.compile("blk\\.(0|[1-9]\\d{0,8})\\.(\\w+)\\.(weight|bias)");

  private static final Pattern IN_HUGGING_FACES_LAYER =
      Pattern.compile("model\\.layers\\.(0|[1-9]\\d{0,8})\\.([\\w.]+)\\.(weight|bias)");

  private GgufNames() {}

  /** What Hugging Face calls a tensor; empty where it is none of these models'. */
  static Optional<String> toHuggingFace(String name) {
    Matcher layer = IN_LAYER.matcher(name);
    if (!layer.matches()) {
      return Optional.ofNullable(OUTER.get(name));
    }
    return Optional.ofNullable(LAYER.get(layer.group(2)))
        .map(known -> "model.layers.%s.%s.%s".formatted(layer.group(1), known, layer.group(3)));
  }

  /**
   * What a GGUF file calls one of Hugging Face's tensors; empty where it is none of these models'.
   */
  static Optional<String> toGguf(String name) {
    Matcher layer = IN_HUGGING_FACES_LAYER.matcher(name);
    if (!layer.matches()) {
      return key(OUTER, name);
    }
    return key(LAYER, layer.group(2))
        .map(known -> "blk.%s.%s.%s".formatted(layer.group(1), known, layer.group(3)));
  }

  private static Optional<String> key(Map<String, String> names, String value) {
    return names.entrySet().stream()
        .filter(entry -> entry.getValue().equals(value))
        .map(Map.Entry::getKey)
        .findFirst();
  }

  /** A tensor of a layer. */
  static String inLayer(int layer, String part, String kind) {
    return "blk.%d.%s.%s".formatted(layer, part, kind);
  }
}
