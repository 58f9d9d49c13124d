package org.gta4j.model;

import java.util.List;
import java.util.SequencedMap;
import org.gta4j.checkpoint.ConfigFile;
import org.gta4j.checkpoint.Weights;
import org.gta4j.model.rope.RotaryEmbedding;
import org.gta4j.model.variant.AttentionVariant;
import org.gta4j.model.variant.AttentionVariants;
import org.gta4j.model.variant.TensorList;
import org.gta4j.tensor.Shape;

/**
 * A model's sizes, under {@code config.json}'s names: a decoder of Llama's kind, with one of the
 * attention variants.
 *
 * @param vocabSize how many tokens there are
 * @param hiddenSize floats a token
 * @param intermediateSize floats of the feed-forward network
 * @param numHiddenLayers layers
 * @param rmsNormEps the norms' epsilon
 * @param tieWordEmbeddings whether the output head is the embedding
 * @param mlpBias whether the feed-forward network has biases
 * @param contextLength how many tokens a sequence may have, position scaling included
 * @param endIds token ids that end a text
 * @param attention the attention variant
 * @param masks what each layer's tokens see
 * @param source the configuration as it was read
 */
public record ModelConfig(
    int vocabSize,
    int hiddenSize,
    int intermediateSize,
    int numHiddenLayers,
    float rmsNormEps,
    boolean tieWordEmbeddings,
    boolean mlpBias,
    int contextLength,
    List<Integer> endIds,
    AttentionVariant attention,
    LayerMasks masks,
    ConfigFile source) {

  /**
   * Reads a configuration.
   *
   * @throws org.gta4j.checkpoint.CheckpointException if a key is missing, has an impossible value,
   *     or describes a model that is none of ours
   */
  public static ModelConfig read(ConfigFile config) {
    AttentionVariant attention = AttentionVariants.read(config);
    String activation = config.text("hidden_act").orElse("silu");
    if (!activation.equals("silu") && !activation.equals("swish")) {
      throw config.wrong("hidden_act", "silu", activation);
    }
    int layers = config.size("num_hidden_layers");
    String type = config.text("model_type").orElse("");
    if (type.startsWith("deepseek")) {
      requireDense(config, layers, type.equals("deepseek_v3") ? 3 : 0);
    }
    int maxPositions = RotaryEmbedding.maxPositionEmbeddings(config);
    double epsilon = config.positive("rms_norm_eps", 1e-6);
    if (epsilon > Float.MAX_VALUE) {
      throw config.wrong("rms_norm_eps", "a number that an f32 can hold", epsilon);
    }
    double context = attention.rotary().scaling().contextLength(maxPositions);
    return new ModelConfig(
        config.size("vocab_size"),
        config.size("hidden_size"),
        config.size("intermediate_size"),
        layers,
        (float) epsilon,
        config.flag("tie_word_embeddings", false),
        config.flag("mlp_bias", false)
            && !type.startsWith("qwen")
            && !type.equals("mistral")
            && !type.equals("deepseek_v3"),
        (int) Math.min(context, Integer.MAX_VALUE - 1024),
        endIds(config),
        attention,
        LayerMasks.read(config),
        config);
  }

  private static List<Integer> endIds(ConfigFile config) {
    int vocabulary = config.size("vocab_size");
    List<Integer> ids = config.ids("eos_token_id");
    for (int id : ids) {
      if (id >= vocabulary) {
        throw config.wrong(
            "eos_token_id", "token ids below vocab_size, which is " + vocabulary, id);
      }
    }
    return ids;
  }

  /** DeepSeek's layers from {@code first_k_dense_replace} on are mixtures of experts. */
  private static void requireDense(ConfigFile config, int layers, int absent) {
    int dense = config.count("first_k_dense_replace", absent);
    if (dense < layers) {
      throw config.wrong(
          "first_k_dense_replace",
          "all %d layers dense (mixtures of experts are not supported)".formatted(layers),
          dense);
    }
  }

  /** What stands before the names of a layer's tensors. */
  public static String layerPrefix(int layer) {
    return "model.layers." + layer + ".";
  }

  /** One layer's tensors without {@link #layerPrefix}, in a checkpoint's order. */
  SequencedMap<String, Shape> layerTensors() {
    return new TensorList()
        .norm("input_layernorm", hiddenSize)
        .under("self_attn.", attention.tensors())
        .norm("post_attention_layernorm", hiddenSize)
        .linear("mlp.gate_proj", intermediateSize, hiddenSize, mlpBias)
        .linear("mlp.up_proj", intermediateSize, hiddenSize, mlpBias)
        .linear("mlp.down_proj", hiddenSize, intermediateSize, mlpBias)
        .toMap();
  }

  /** The tensors that belong to no layer. */
  SequencedMap<String, Shape> outerTensors() {
    TensorList list =
        new TensorList()
            .linear("model.embed_tokens", vocabSize, hiddenSize, false)
            .norm("model.norm", hiddenSize);
    return (tieWordEmbeddings ? list : list.linear("lm_head", vocabSize, hiddenSize, false))
        .toMap();
  }

  /** All tensors of the model under their whole names: layer by layer, then the others. */
  public SequencedMap<String, Shape> tensors() {
    TensorList list = new TensorList();
    for (int layer = 0; layer < numHiddenLayers; layer++) {
      list.under(layerPrefix(layer), layerTensors());
    }
    return list.under("", outerTensors()).toMap();
  }

  /** How positions turn queries and keys. */
  public RotaryEmbedding rotary() {
    return attention.rotary();
  }

  /**
   * How many numbers the model has learned.
   *
   * @throws org.gta4j.checkpoint.CheckpointException if there would be 2^63 or more
   */
  public long parameters() {
    try {
      return Math.addExact(
          elements(outerTensors()), Math.multiplyExact(elements(layerTensors()), numHiddenLayers));
    } catch (ArithmeticException e) {
      throw source.wrong("hidden_size", "sizes of fewer than 2^63 parameters", hiddenSize);
    }
  }

  private static long elements(SequencedMap<String, Shape> tensors) {
    long elements = 0;
    for (Shape shape : tensors.values()) {
      elements = Math.addExact(elements, shape.elements());
    }
    return elements;
  }

  /**
   * Refuses a checkpoint that does not hold every tensor these sizes ask for: sizes are worth
   * nothing until tensors of those sizes are there.
   *
   * @throws org.gta4j.checkpoint.CheckpointException if a tensor is missing, or has another shape
   *     or a type that cannot be computed on
   */
  public void requireTensors(Weights weights) {
    outerTensors().forEach((name, shape) -> weights.get(name, shape.toArray()));
    SequencedMap<String, Shape> layer = layerTensors();
    for (int i = 0; i < numHiddenLayers; i++) {
      Weights ofLayer = weights.under(layerPrefix(i));
      layer.forEach((name, shape) -> ofLayer.get(name, shape.toArray()));
    }
  }
}
