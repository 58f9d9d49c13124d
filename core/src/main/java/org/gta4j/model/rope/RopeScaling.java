package org.gta4j.model.rope;

import java.util.List;
import org.gta4j.checkpoint.ConfigFile;

/**
 * How a rotary position embedding is stretched beyond the context it was trained on, under the keys
 * of Hugging Face's {@code rope_parameters} (or, before, {@code rope_scaling}).
 */
public sealed interface RopeScaling {
  /** The context a model can use when its configuration says {@code maxPositionEmbeddings}. */
  default double contextLength(int maxPositionEmbeddings) {
    return maxPositionEmbeddings;
  }

  /** What cosines and sines are multiplied by. */
  default double attentionFactor() {
    return 1;
  }

  /** How many times longer the context becomes; 1 without stretching. */
  default double factor() {
    return 1;
  }

  /** No stretching. */
  record None() implements RopeScaling {}

  /** All frequencies divided by {@code factor}. */
  record Linear(double factor) implements RopeScaling {
    @Override
    public double contextLength(int maxPositionEmbeddings) {
      return maxPositionEmbeddings * Math.max(1, factor);
    }
  }

  /**
   * "NTK-aware" scaling: the base grows with the length of the sequence once that exceeds {@code
   * maxPositionEmbeddings}.
   */
  record Dynamic(double factor, int maxPositionEmbeddings) implements RopeScaling {
    @Override
    public double contextLength(int maxPositionEmbeddings) {
      return maxPositionEmbeddings * Math.max(1, factor);
    }
  }

  /**
   * YaRN (arXiv 2309.00071): low frequencies divided by {@code factor}, high ones kept, a ramp
   * between.
   *
   * @param factor how many times longer the context becomes
   * @param originalMaxPositionEmbeddings the context of the training
   * @param betaFast rotations over that context from which on a frequency is kept
   * @param betaSlow rotations below which it is divided
   * @param truncate whether the ramp begins and ends at whole dimensions
   * @param attentionFactor what cosines and sines are multiplied by
   */
  record Yarn(
      double factor,
      int originalMaxPositionEmbeddings,
      double betaFast,
      double betaSlow,
      boolean truncate,
      double attentionFactor)
      implements RopeScaling {
    @Override
    public double contextLength(int maxPositionEmbeddings) {
      return Math.max(maxPositionEmbeddings, originalMaxPositionEmbeddings * factor);
    }
  }

  /**
   * Llama 3.1's: low frequencies divided by {@code factor}, high ones kept, interpolated between.
   */
  record Llama3(
      double factor, double lowFreqFactor, double highFreqFactor, int originalMaxPositionEmbeddings)
      implements RopeScaling {}

  /**
   * LongRoPE (arXiv 2402.13753): every frequency divided by a factor of its own, by other ones once
   * a text is longer than the context of the training.
   *
   * @param shortFactors one for each pair of dimensions
   * @param longFactors one for each pair of dimensions
   * @param originalMaxPositionEmbeddings the context of the training
   * @param attentionFactor what cosines and sines are multiplied by
   */
  record LongRope(
      List<Double> shortFactors,
      List<Double> longFactors,
      int originalMaxPositionEmbeddings,
      double attentionFactor)
      implements RopeScaling {}

  /** YaRN's scale of attention for a context {@code factor} times longer. */
  static double mscale(double factor, double weight) {
    return factor <= 1 ? 1 : 0.1 * weight * Math.log(factor) + 1;
  }

  /**
   * Reads the scaling that {@code rope} describes.
   *
   * @param config the whole configuration
   * @param rope its {@code rope_parameters} or {@code rope_scaling}
   */
  static RopeScaling read(ConfigFile config, ConfigFile rope, int maxPositionEmbeddings) {
    String type = rope.text("rope_type").or(() -> rope.text("type")).orElse("default");
    int original =
        config
            .optionalSize("original_max_position_embeddings")
            .orElseGet(() -> rope.size("original_max_position_embeddings", maxPositionEmbeddings));
    return switch (type) {
      case "default" -> new None();
      case "linear" -> new Linear(required(rope, "factor"));
      case "dynamic" -> new Dynamic(required(rope, "factor"), maxPositionEmbeddings);
      case "yarn" -> yarn(rope, maxPositionEmbeddings, original);
      case "llama3" -> llama3(rope, original);
      case "longrope" -> longRope(rope, maxPositionEmbeddings, original);
      default ->
          throw rope.wrong("rope_type", "default, linear, dynamic, yarn, llama3 or longrope", type);
    };
  }

  private static RopeScaling yarn(ConfigFile rope, int maxPositionEmbeddings, int original) {
    double factor = rope.positive("factor", (double) maxPositionEmbeddings / original);
    double mscale = rope.number("mscale", 0);
    double mscaleAllDim = rope.number("mscale_all_dim", 0);
    double inferred =
        mscale != 0 && mscaleAllDim != 0
            ? mscale(factor, mscale) / mscale(factor, mscaleAllDim)
            : mscale(factor, 1);
    double betaFast = rope.number("beta_fast", 32);
    double betaSlow = rope.number("beta_slow", 1);
    return new Yarn(
        factor,
        original,
        betaFast == 0 ? 32 : rope.positive("beta_fast", 32),
        betaSlow == 0 ? 1 : rope.positive("beta_slow", 1),
        rope.flag("truncate", true),
        rope.positive("attention_factor", inferred));
  }

  private static RopeScaling llama3(ConfigFile rope, int original) {
    double low = required(rope, "low_freq_factor");
    double high = required(rope, "high_freq_factor");
    if (high <= low) {
      throw rope.wrong("high_freq_factor", "a number above low_freq_factor " + low, high);
    }
    return new Llama3(required(rope, "factor"), low, high, original);
  }

  private static RopeScaling longRope(ConfigFile rope, int maxPositionEmbeddings, int original) {
    double factor = rope.positive("factor", (double) maxPositionEmbeddings / original);
    double inferred =
        factor <= 1 || original <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(original));
    return new LongRope(
        factors(rope, "short_factor"),
        factors(rope, "long_factor"),
        original,
        rope.positive("attention_factor", inferred));
  }

  private static List<Double> factors(ConfigFile rope, String key) {
    List<Double> factors = rope.numbers(key);
    if (factors.isEmpty() || factors.stream().anyMatch(factor -> !(factor > 0))) {
      throw rope.wrong(key, "a list of numbers above 0", factors);
    }
    return factors;
  }

  private static double required(ConfigFile rope, String key) {
    if (!rope.has(key)) {
      throw rope.wrong(key, "a number above 0", "no such key");
    }
    return rope.positive(key, 1);
  }
}
