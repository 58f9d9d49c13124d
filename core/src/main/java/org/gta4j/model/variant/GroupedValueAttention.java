package org.gta4j.model.variant;

import java.util.Optional;
import java.util.SequencedMap;
import org.gta4j.attention.AttentionShape;
import org.gta4j.checkpoint.ConfigFile;
import org.gta4j.model.rope.RotaryEmbedding;
import org.gta4j.ops.PackedLinear;
import org.gta4j.ops.RotaryAngles;
import org.gta4j.tensor.FloatMatrix;
import org.gta4j.tensor.Shape;

/**
 * Grouped-value attention, GVA (arXiv 2506.17286): groups of heads share a map, every head keeps
 * its own values. A map's value row is its heads' values side by side, so the weighted rows are the
 * concatenated heads already.
 *
 * @param hiddenSize H
 * @param numAttentionHeads n_h, each with its values
 * @param numQueryHeads n_q, the maps
 * @param numKeyHeads n_k
 * @param headDim d_h
 * @param bias whether q, k and v have biases
 * @param rotary position embedding
 */
public record GroupedValueAttention(
    int hiddenSize,
    int numAttentionHeads,
    int numQueryHeads,
    int numKeyHeads,
    int headDim,
    boolean bias,
    RotaryEmbedding rotary)
    implements AttentionVariant {

  static Optional<AttentionVariant> read(ConfigFile config) {
    return AttentionVariants.isArchitecture(config, "GVAForCausalLM")
        ? Optional.of(of(config))
        : Optional.empty();
  }

  private static GroupedValueAttention of(ConfigFile config) {
    int hidden = config.size("hidden_size");
    int heads = config.size("num_attention_heads");
    int maps = config.size("num_query_heads");
    int keys = config.size("num_key_heads");
    int headDim = config.size("head_dim", Math.max(1, hidden / heads));
    config.requireDivides("num_query_heads", maps, "num_attention_heads", heads);
    config.requireDivides("num_key_heads", keys, "num_query_heads", maps);
    RotaryEmbedding rotary =
        RotaryEmbedding.read(config, "head_dim", headDim, RotaryAngles.Pairs.HALVES);
    return new GroupedValueAttention(
        hidden, heads, maps, keys, headDim, config.flag("attention_bias", false), rotary);
  }

  @Override
  public String name() {
    return "gva";
  }

  @Override
  public AttentionShape shape() {
    int groupWidth = Math.multiplyExact(numAttentionHeads / numQueryHeads, headDim);
    return AttentionShape.of(numQueryHeads, numKeyHeads, headDim, numQueryHeads, groupWidth);
  }

  @Override
  public double scale() {
    return 1 / Math.sqrt(headDim);
  }

  @Override
  public SequencedMap<String, Shape> tensors() {
    AttentionShape shape = shape();
    return new TensorList()
        .linear("q_proj", shape.queryWidth(), hiddenSize, bias)
        .linear("k_proj", shape.keyWidth(), hiddenSize, bias)
        .linear("v_proj", shape.ownValueWidth(), hiddenSize, bias)
        .linear("o_proj", hiddenSize, shape.attendedWidth(), false)
        .toMap();
  }

  @Override
  public AttentionLayer bind(LayerTensors tensors) {
    return new Layer(
        QueryKeyValue.bind(shape(), tensors, Optional.empty()), tensors.linear("o_proj"));
  }

  private record Layer(QueryKeyValue projections, PackedLinear output) implements AttentionLayer {
    @Override
    public Projected project(FloatMatrix x, Step step) {
      return projections.projectAndRotate(x, step);
    }

    @Override
    public void output(FloatMatrix attended, FloatMatrix out, Step step) {
      step.ops().linear(output, attended, out, step.rows());
    }
  }
}
