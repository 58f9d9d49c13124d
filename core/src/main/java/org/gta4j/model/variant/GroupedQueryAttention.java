package org.gta4j.model.variant;

import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import org.gta4j.attention.AttentionShape;
import org.gta4j.checkpoint.ConfigFile;
import org.gta4j.model.rope.RotaryEmbedding;
import org.gta4j.ops.PackedLinear;
import org.gta4j.ops.RotaryAngles;
import org.gta4j.tensor.FloatMatrix;
import org.gta4j.tensor.Heads;
import org.gta4j.tensor.Shape;

/**
 * Grouped-query attention as in Llama, Mistral, Qwen2 and Qwen3, with multi-head attention (as many
 * key-value heads as heads) and multi-query attention (one) as its ends: every head has a map of
 * its own, groups of heads share keys and values. Hugging Face's configuration keys and tensor
 * names.
 *
 * @param hiddenSize floats a token
 * @param numAttentionHeads heads, each with its map
 * @param numKeyValueHeads key and value heads
 * @param headDim floats a head
 * @param queryKeyValueBias whether q, k and v have biases
 * @param outputBias whether the output projection has one
 * @param headNorm epsilon of the norm of every query and key head (Qwen3); empty where there is
 *     none
 * @param rotary position embedding
 */
public record GroupedQueryAttention(
    int hiddenSize,
    int numAttentionHeads,
    int numKeyValueHeads,
    int headDim,
    boolean queryKeyValueBias,
    boolean outputBias,
    Optional<Float> headNorm,
    RotaryEmbedding rotary)
    implements AttentionVariant {

  private static final List<String> MODEL_TYPES = List.of("llama", "mistral", "qwen2", "qwen3");

  private static final List<String> ARCHITECTURES =
      List.of("LlamaForCausalLM", "MistralForCausalLM", "Qwen2ForCausalLM", "Qwen3ForCausalLM");

  static Optional<AttentionVariant> read(ConfigFile config) {
    String type = config.text("model_type").orElse("");
    return MODEL_TYPES.contains(type) && AttentionVariants.isAnyArchitecture(config, ARCHITECTURES)
        ? Optional.of(of(config, type))
        : Optional.empty();
  }

  /** The attention that Llama's keys describe, in a model of type {@code type}. */
  static GroupedQueryAttention of(ConfigFile config, String type) {
    int heads = config.size("num_attention_heads");
    // A missing key means the model type's own default, a null one as many as heads.
    int missing = type.equals("mistral") ? 8 : type.startsWith("qwen") ? 32 : heads;
    int keyValueHeads =
        config.size(
            "num_key_value_heads", config.mentions("num_key_value_heads") ? heads : missing);
    config.requireDivides("num_key_value_heads", keyValueHeads, "num_attention_heads", heads);
    int hidden = config.size("hidden_size");
    boolean bias =
        config.flag("attention_bias", false) && (type.equals("llama") || type.equals("qwen3"));
    int headDim = config.size("head_dim", type.equals("qwen3") ? 128 : Math.max(1, hidden / heads));
    boolean neighbours = config.flag("rope_interleave", false);
    return new GroupedQueryAttention(
        hidden,
        heads,
        keyValueHeads,
        headDim,
        bias || type.equals("qwen2"),
        bias,
        type.equals("qwen3")
            ? Optional.of((float) config.positive("rms_norm_eps", 1e-6))
            : Optional.empty(),
        RotaryEmbedding.read(
            config,
            "head_dim",
            headDim,
            neighbours ? RotaryAngles.Pairs.NEIGHBOURS : RotaryAngles.Pairs.HALVES));
  }

  @Override
  public String name() {
    if (numKeyValueHeads == numAttentionHeads) {
      return "mha";
    }
    return numKeyValueHeads == 1 ? "mqa" : "gqa";
  }

  @Override
  public AttentionShape shape() {
    return AttentionShape.of(
        numAttentionHeads, numKeyValueHeads, headDim, numKeyValueHeads, headDim);
  }

  @Override
  public double scale() {
    return 1 / Math.sqrt(headDim);
  }

  @Override
  public SequencedMap<String, Shape> tensors() {
    AttentionShape shape = shape();
    TensorList list =
        new TensorList()
            .linear("q_proj", shape.queryWidth(), hiddenSize, queryKeyValueBias)
            .linear("k_proj", shape.keyWidth(), hiddenSize, queryKeyValueBias)
            .linear("v_proj", shape.ownValueWidth(), hiddenSize, queryKeyValueBias)
            .linear("o_proj", hiddenSize, shape.attendedWidth(), outputBias);
    if (headNorm.isPresent()) {
      list.norm("q_norm", headDim).norm("k_norm", headDim);
    }
    return list.toMap();
  }

  @Override
  public AttentionLayer bind(LayerTensors tensors) {
    return bind(tensors, Optional.empty());
  }

  /** {@link #bind(LayerTensors)}, computing the argument of {@code gate} besides. */
  AttentionLayer bind(LayerTensors tensors, Optional<OutputGate> gate) {
    Optional<HeadNorms> norms =
        headNorm.map(epsilon ->
            new HeadNorms(
                tensors.vector("q_norm.weight"), tensors.vector("k_norm.weight"), epsilon));
    return new Layer(QueryKeyValue.bind(shape(), tensors, gate), norms, tensors.linear("o_proj"));
  }

  /** Qwen3's norms of query and key heads. */
  private record HeadNorms(float[] query, float[] key, float epsilon) {
    void apply(Heads queries, Heads keys, AttentionLayer.Step step) {
      step.ops().rmsNorm(query, epsilon, queries, queries, step.rows());
      step.ops().rmsNorm(key, epsilon, keys, keys, step.rows());
    }
  }

  private record Layer(QueryKeyValue projections, Optional<HeadNorms> norms, PackedLinear output)
      implements AttentionLayer {
    @Override
    public Projected project(FloatMatrix x, Step step) {
      Projected projected = projections.project(x, step);
      if (norms.isPresent()) {
        norms.get().apply(projected.queries(), projected.keys(), step);
      }
      projections.rotate(projected, step);
      return projected;
    }

    @Override
    public void output(FloatMatrix attended, FloatMatrix out, Step step) {
      step.ops().linear(output, attended, out, step.rows());
    }
  }
}
