package org.gta4j.checkpoint;

import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Rotary position embedding as a GGUF file's metadata describe it, under Hugging Face's keys: none,
 * linear or YaRN, or a factor for each frequency (Llama 3.1), which Hugging Face calls "longrope".
 */
final class GgufRope {
  private final GgufMetadata metadata;
  private final String prefix;

  GgufRope(GgufMetadata metadata, String architecture) {
    this.metadata = metadata;
    prefix = architecture + ".rope.";
  }

  /**
   * Adds the keys to {@code config}.
   *
   * @param factors what each frequency is divided by; none: empty
   */
  void write(ObjectNode config, int headDim, float[] factors) {
    double turned = number("dimension_count", headDim);
    if (turned != headDim) {
      throw metadata.wrong(
          prefix + "dimension_count", "%d: whole heads are turned".formatted(headDim), turned);
    }
    double theta = number("freq_base", 10_000);
    config.put("rope_theta", theta);
    double factor = number("scaling.factor", number("scale_linear", 0));
    if (factor == 0) {
      factor = 1;
    }
    String type = metadata.text(prefix + "scaling.type").orElse("linear");
    if (type.equals("none")) {
      factor = 1;
    } else if (!type.equals("linear") && !type.equals("yarn")) {
      throw metadata.wrong(prefix + "scaling.type", "none, linear or yarn", type);
    }
    boolean yarn = type.equals("yarn");
    double attention = number("scaling.attn_factor", 1);
    if (!yarn && attention != 1) {
      throw metadata.wrong(prefix + "scaling.attn_factor", "1 without yarn scaling", attention);
    }
    if (factors.length > 0) {
      if (yarn || factor != 1) {
        throw metadata.wrong(
            "tensor " + GgufNames.ROPE_FACTORS, "factors or a scaling, not both", "both");
      }
      longRope(config, factors);
    } else if (yarn) {
      yarn(config, factor, attention);
    } else if (factor != 1) {
      config.putObject("rope_scaling").put("rope_type", "linear").put("factor", factor);
    }
  }

  /**
   * The same factors for short and long texts, and no other change: that is what it means there.
   */
  private void longRope(ObjectNode config, float[] factors) {
    ObjectNode rope = config.putObject("rope_scaling");
    rope.put("rope_type", "longrope").put("factor", 1.0).put("attention_factor", 1.0);
    for (String key : new String[] {"short_factor", "long_factor"}) {
      ArrayNode list = rope.putArray(key);
      for (float value : factors) {
        if (!(value > 0) || !Float.isFinite(value)) {
          throw metadata.wrong("tensor " + GgufNames.ROPE_FACTORS, "finite factors above 0", value);
        }
        list.add(value);
      }
    }
  }

  private void yarn(ObjectNode config, double factor, double attention) {
    if (number("scaling.yarn_ext_factor", 1) != 1) {
      throw metadata.wrong(
          prefix + "scaling.yarn_ext_factor", "1", number("scaling.yarn_ext_factor", 1));
    }
    if (!(factor > 0) || !(attention > 0)) {
      throw metadata.wrong(
          prefix + "scaling",
          "factors above 0",
          "factor %s, attn_factor %s".formatted(factor, attention));
    }
    ObjectNode rope = config.putObject("rope_scaling");
    rope.put("rope_type", "yarn").put("factor", factor);
    metadata
        .size(prefix + "scaling.original_context_length")
        .ifPresent(length -> rope.put("original_max_position_embeddings", length));
    rope.put("beta_fast", number("scaling.yarn_beta_fast", 32));
    rope.put("beta_slow", number("scaling.yarn_beta_slow", 1));
    // llama.cpp multiplies YaRN's own factor by the file's; Hugging Face's key replaces it.
    double own = factor <= 1 ? 1 : 0.1 * Math.log(factor) + 1;
    rope.put("attention_factor", own * attention * number("scaling.yarn_attn_factor", 1));
  }

  private double number(String name, double absent) {
    return metadata.number(prefix + name).orElse(absent);
  }
}
