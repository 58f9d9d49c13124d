package org.gta4j.model.rope;

import java.util.Arrays;
import java.util.List;
import org.gta4j.checkpoint.ConfigFile;
import org.gta4j.checkpoint.Json;
import org.gta4j.ops.RotaryAngles;

/**
 * Rotary position embedding: the angle of dimension pair {@code i} at position {@code p} is {@code
 * p · frequency_i}.
 *
 * <p>Frequencies are rounded to f32 as Hugging Face's are; angles, cosines and sines are computed
 * in double for the positions at hand, so that no table as long as the context is kept.
 *
 * @param dimensions how many numbers of a head are turned; even
 * @param theta the base
 * @param scaling how it is stretched
 * @param pairs which numbers are turned together
 */
public record RotaryEmbedding(
    int dimensions, double theta, RopeScaling scaling, RotaryAngles.Pairs pairs) {
  /** Checks the size and the base. */
  public RotaryEmbedding {
    if (dimensions < 2 || dimensions % 2 != 0) {
      throw new IllegalArgumentException(
          "rotary position embedding turns an even number of dimensions, found " + dimensions);
    }
    if (scaling instanceof RopeScaling.Dynamic && dimensions == 2) {
      throw new IllegalArgumentException("dynamic NTK scaling needs more than 2 dimensions");
    }
    if (scaling instanceof RopeScaling.LongRope factors
        && (factors.shortFactors().size() != dimensions / 2
            || factors.longFactors().size() != dimensions / 2)) {
      throw new IllegalArgumentException(
          "longrope scaling needs %d factors of both kinds, found %d short and %d long ones"
              .formatted(
                  dimensions / 2, factors.shortFactors().size(), factors.longFactors().size()));
    }
  }

  /**
   * Reads a configuration of either style: {@code rope_parameters}, or {@code rope_theta} and
   * {@code rope_scaling}. As in Hugging Face's library, a {@code rope_scaling} that is not empty
   * counts alone.
   *
   * @param dimensionsKey the configuration's key for how many numbers of a head are turned
   * @param dimensions its value, or what stands for it where it is absent
   */
  public static RotaryEmbedding read(
      ConfigFile config, String dimensionsKey, int dimensions, RotaryAngles.Pairs pairs) {
    ConfigFile rope = parameters(config);
    double theta = rope.positive("rope_theta", config.positive("rope_theta", 10_000));
    RopeScaling scaling = RopeScaling.read(config, rope, maxPositionEmbeddings(config));
    if (dimensions % 2 != 0 || (scaling instanceof RopeScaling.Dynamic && dimensions == 2)) {
      throw config.wrong(
          dimensionsKey, "an even number (above 2 with dynamic scaling)", dimensions);
    }
    if (scaling instanceof RopeScaling.LongRope longRope) {
      requireFactors(rope, "short_factor", longRope.shortFactors(), dimensions);
      requireFactors(rope, "long_factor", longRope.longFactors(), dimensions);
    }
    // Unscaled embeddings of these models turn whole heads, whatever the key says; scaled ones
    // would turn a part.
    double part =
        rope.positive("partial_rotary_factor", config.positive("partial_rotary_factor", 1));
    if (!(scaling instanceof RopeScaling.None) && part != 1) {
      throw config.wrong(
          "partial_rotary_factor",
          "1: scaled positions that turn a part of a head are not supported",
          part);
    }
    return new RotaryEmbedding(dimensions, theta, scaling, pairs);
  }

  /**
   * Whether texts of these two lengths are turned by the same frequencies: only then are keys that
   * were cached for the one those of the other.
   */
  public boolean isTurnedAlike(int length, int otherLength) {
    return length == otherLength || Arrays.equals(frequencies(length), frequencies(otherLength));
  }

  /** The scaling's own keys; empty where there are none. */
  private static ConfigFile parameters(ConfigFile config) {
    return config
        .object("rope_scaling")
        .filter(scaling -> !scaling.isEmpty())
        .or(() -> config.object("rope_parameters"))
        .orElseGet(() -> ConfigFile.of(config.file(), Json.object()));
  }

  /**
   * What DeepSeek's attention multiplies its scores by besides, {@code mscale_all_dim} deciding:
   * whatever kind of scaling there is, as in Hugging Face's library.
   */
  public double latentScoreFactor(ConfigFile config) {
    double weight = parameters(config).number("mscale_all_dim", 0);
    if (scaling instanceof RopeScaling.None || weight == 0) {
      return 1;
    }
    double mscale = RopeScaling.mscale(scaling.factor(), weight);
    return mscale * mscale;
  }

  private static void requireFactors(
      ConfigFile rope, String key, List<Double> factors, int dimensions) {
    if (factors.size() != dimensions / 2) {
      throw rope.wrong(
          key, "%d factors, one for each pair".formatted(dimensions / 2), factors.size());
    }
  }

  /**
   * {@code max_position_embeddings}, or what Hugging Face's library takes where the key is missing.
   */
  public static int maxPositionEmbeddings(ConfigFile config) {
    int missing =
        switch (config.text("model_type").orElse("")) {
          case "mistral" -> 131_072;
          case "qwen2", "qwen3" -> 32_768;
          case "deepseek_v3" -> 4096;
          default -> 2048;
        };
    return config.size("max_position_embeddings", missing);
  }

  /** The frequency of every pair for a sequence of {@code length} tokens, in radians a position. */
  public float[] frequencies(int length) {
    double[] plain = plain(theta);
    double[] scaled =
        switch (scaling) {
          case RopeScaling.None none -> plain;
          case RopeScaling.Linear linear -> divided(plain, linear.factor());
          case RopeScaling.Dynamic dynamic -> plain(dynamicTheta(dynamic, length));
          case RopeScaling.Yarn yarn -> yarn(yarn, plain);
          case RopeScaling.Llama3 llama3 -> llama3(llama3, plain);
          case RopeScaling.LongRope longRope ->
              divided(
                  plain,
                  length > longRope.originalMaxPositionEmbeddings()
                      ? longRope.longFactors()
                      : longRope.shortFactors());
        };
    float[] frequencies = new float[scaled.length];
    for (int i = 0; i < frequencies.length; i++) {
      frequencies[i] = (float) scaled[i];
    }
    return frequencies;
  }

  /**
   * A length that stands for all that have the same frequencies as {@code length}: only dynamic
   * scaling and LongRoPE depend on it.
   */
  public int frequenciesOf(int length) {
    return switch (scaling) {
      case RopeScaling.Dynamic dynamic -> Math.max(length, dynamic.maxPositionEmbeddings());
      case RopeScaling.LongRope longRope -> {
        int original = longRope.originalMaxPositionEmbeddings();
        yield length > original ? original + 1 : 0;
      }
      default -> 0;
    };
  }

  private double[] plain(double base) {
    double[] frequencies = new double[dimensions / 2];
    for (int i = 0; i < frequencies.length; i++) {
      frequencies[i] = Math.pow(base, -2.0 * i / dimensions);
    }
    return frequencies;
  }

  private static double[] divided(double[] frequencies, double factor) {
    double[] scaled = new double[frequencies.length];
    for (int i = 0; i < scaled.length; i++) {
      scaled[i] = frequencies[i] / factor;
    }
    return scaled;
  }

  private static double[] divided(double[] frequencies, List<Double> factors) {
    double[] scaled = new double[frequencies.length];
    for (int i = 0; i < scaled.length; i++) {
      scaled[i] = frequencies[i] / factors.get(i);
    }
    return scaled;
  }

  private double dynamicTheta(RopeScaling.Dynamic dynamic, int length) {
    double stretch =
        (double) Math.max(length, dynamic.maxPositionEmbeddings())
            / dynamic.maxPositionEmbeddings();
    return theta
        * Math.pow(
            dynamic.factor() * stretch - (dynamic.factor() - 1), dimensions / (dimensions - 2.0));
  }

  private double[] yarn(RopeScaling.Yarn yarn, double[] plain) {
    double low = yarnDimension(yarn, yarn.betaFast());
    double high = yarnDimension(yarn, yarn.betaSlow());
    if (yarn.truncate()) {
      low = Math.floor(low);
      high = Math.ceil(high);
    }
    low = Math.max(low, 0);
    high = Math.min(high, dimensions - 1);
    if (low == high) {
      high += 0.001; // a ramp of no width has no slope
    }
    double[] scaled = new double[plain.length];
    for (int i = 0; i < scaled.length; i++) {
      double interpolated = Math.clamp((i - low) / (high - low), 0, 1);
      scaled[i] = plain[i] / yarn.factor() * interpolated + plain[i] * (1 - interpolated);
    }
    return scaled;
  }

  /** The dimension that makes {@code rotations} turns over the original context. */
  private double yarnDimension(RopeScaling.Yarn yarn, double rotations) {
    return dimensions
        * Math.log(yarn.originalMaxPositionEmbeddings() / (rotations * 2 * Math.PI))
        / (2 * Math.log(theta));
  }

  private static double[] llama3(RopeScaling.Llama3 llama3, double[] plain) {
    double original = llama3.originalMaxPositionEmbeddings();
    double longest = original / llama3.lowFreqFactor();
    double shortest = original / llama3.highFreqFactor();
    double[] scaled = new double[plain.length];
    for (int i = 0; i < scaled.length; i++) {
      double wavelength = 2 * Math.PI / plain[i];
      if (wavelength < shortest) {
        scaled[i] = plain[i];
      } else if (wavelength > longest) {
        scaled[i] = plain[i] / llama3.factor();
      } else {
        double smooth =
            (original / wavelength - llama3.lowFreqFactor())
                / (llama3.highFreqFactor() - llama3.lowFreqFactor());
        scaled[i] = (1 - smooth) * plain[i] / llama3.factor() + smooth * plain[i];
      }
    }
    return scaled;
  }
}
