package org.gta4j.model.export;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.gta4j.attention.AttentionMask;
import org.gta4j.checkpoint.GgufModel;
import org.gta4j.checkpoint.GgufPairs;
import org.gta4j.model.ModelConfig;
import org.gta4j.model.rope.RopeScaling;
import org.gta4j.model.rope.RotaryEmbedding;
import org.gta4j.model.variant.GroupedQueryAttention;
import org.gta4j.ops.RotaryAngles;

/**
 * How llama.cpp knows a model, where it knows all of it: the same weights must compute the same
 * there. Windows, biases in places of their own and numbers that 32 bits do not hold are no part of
 * its architectures.
 *
 * @param model the sizes
 * @param metadata them and the scaling of positions, as metadata
 * @param factors what each frequency is divided by; empty where nothing is
 * @param sortsRows whether rows of queries and keys are to be put from halves to neighbours
 */
record GgufForm(GgufModel model, GgufPairs metadata, float[] factors, boolean sortsRows) {
  private static final String LLAMA = "llama";

  /** The form of a model; empty where there is none. */
  static Optional<GgufForm> of(ModelConfig config) {
    return config.attention() instanceof GroupedQueryAttention attention
        ? of(config, attention)
        : Optional.empty();
  }

  private static Optional<GgufForm> of(ModelConfig config, GroupedQueryAttention attention) {
    String type = config.source().text("model_type").orElse("");
    String architecture = type.equals("mistral") ? LLAMA : type;
    boolean llama = architecture.equals(LLAMA);
    RotaryEmbedding rotary = attention.rotary();
    boolean halves = rotary.pairs() == RotaryAngles.Pairs.HALVES;
    if (isWindowed(config)
        || (!llama && (attention.outputBias() || config.mlpBias() || !halves))
        || !isFloat(rotary.theta())) {
      return Optional.empty();
    }
    GgufModel model =
        new GgufModel(
            architecture,
            config.vocabSize(),
            config.hiddenSize(),
            config.intermediateSize(),
            config.numHiddenLayers(),
            attention.numAttentionHeads(),
            attention.numKeyValueHeads(),
            attention.headDim(),
            config.rmsNormEps(),
            RotaryEmbedding.maxPositionEmbeddings(config.source()),
            (float) rotary.theta(),
            config.endIds());
    GgufPairs pairs = model.describe();
    float[] factors = new float[0];
    switch (rotary.scaling()) {
      case RopeScaling.None none -> {}
      case RopeScaling.Linear linear when isFloat(linear.factor()) -> {
        pairs.put(model.key("rope.scaling.type"), "linear");
        pairs.put(model.key("rope.scaling.factor"), (float) linear.factor());
      }
      case RopeScaling.Yarn yarn when isPlain(yarn) -> {
        pairs.put(model.key("rope.scaling.type"), "yarn");
        pairs.put(model.key("rope.scaling.factor"), (float) yarn.factor());
        pairs.put(
            model.key("rope.scaling.original_context_length"),
            yarn.originalMaxPositionEmbeddings());
        pairs.put(model.key("rope.scaling.yarn_beta_fast"), (float) yarn.betaFast());
        pairs.put(model.key("rope.scaling.yarn_beta_slow"), (float) yarn.betaSlow());
      }
      case RopeScaling.Llama3 llama3 when llama -> factors = factors(rotary);
      case RopeScaling.LongRope factor when llama && isOneList(factor) ->
          factors = floats(factor.shortFactors());
      default -> {
        return Optional.empty();
      }
    }
    return Optional.of(new GgufForm(model, pairs, factors, llama && halves));
  }

  private static boolean isWindowed(ModelConfig config) {
    return IntStream.range(0, config.numHiddenLayers())
        .mapToObj(config.masks()::mask)
        .anyMatch(mask ->
            mask instanceof AttentionMask.SlidingWindow(int window)
                && window < config.contextLength());
  }

  private static boolean isFloat(double value) {
    return (float) value == value;
  }

  /** Without what llama.cpp does otherwise, or has no keys for. */
  private static boolean isPlain(RopeScaling.Yarn yarn) {
    return yarn.truncate()
        && yarn.attentionFactor() == RopeScaling.mscale(yarn.factor(), 1)
        && isFloat(yarn.factor())
        && isFloat(yarn.betaFast())
        && isFloat(yarn.betaSlow());
  }

  private static boolean isOneList(RopeScaling.LongRope factors) {
    return factors.attentionFactor() == 1 && factors.shortFactors().equals(factors.longFactors());
  }

  private static float[] floats(List<Double> numbers) {
    float[] floats = new float[numbers.size()];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = numbers.get(i).floatValue();
    }
    return floats;
  }

  /** Llama 3.1's formula, worked out as its converters do. */
  private static float[] factors(RotaryEmbedding rotary) {
    float[] frequencies = rotary.frequencies(1);
    float[] factors = new float[frequencies.length];
    for (int i = 0; i < factors.length; i++) {
      double plain = Math.pow(rotary.theta(), -2.0 * i / rotary.dimensions());
      factors[i] = (float) (plain / frequencies[i]);
    }
    return factors;
  }
}
