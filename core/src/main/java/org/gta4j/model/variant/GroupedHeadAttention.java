package org.gta4j.model.variant;

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
 * Grouped-head attention, GHA (arXiv 2506.17286): groups of heads share a map, and groups of heads,
 * larger or smaller ones, share values. Head {@code h} is map {@code ⌊h·n_q/n_h⌋} applied to value
 * head {@code ⌊h·n_v/n_h⌋}.
 *
 * <p>Where maps divide the value heads, a map's value row is its value heads side by side.
 * Otherwise a map is computed once for each of the value heads it meets: of queries there are as
 * many as the least common multiple of both counts, copies of the maps' own. Heads with the same
 * map and values are equal: they are computed once and copied before the output projection.
 *
 * @param hiddenSize H
 * @param numAttentionHeads n_h
 * @param numQueryHeads n_q, the maps
 * @param numKeyHeads n_k
 * @param numValueHeads n_v
 * @param headDim d_h
 * @param bias whether q, k and v have biases
 * @param rotary position embedding
 */
public record GroupedHeadAttention(
    int hiddenSize,
    int numAttentionHeads,
    int numQueryHeads,
    int numKeyHeads,
    int numValueHeads,
    int headDim,
    boolean bias,
    RotaryEmbedding rotary)
    implements AttentionVariant {

  static Optional<AttentionVariant> read(ConfigFile config) {
    return AttentionVariants.isArchitecture(config, "GHAForCausalLM")
        ? Optional.of(of(config))
        : Optional.empty();
  }

  private static GroupedHeadAttention of(ConfigFile config) {
    int hidden = config.size("hidden_size");
    int heads = config.size("num_attention_heads");
    int maps = config.size("num_query_heads");
    int keys = config.size("num_key_heads");
    int values = config.size("num_value_heads");
    int headDim = config.size("head_dim", Math.max(1, hidden / heads));
    config.requireDivides("num_query_heads", maps, "num_attention_heads", heads);
    config.requireDivides("num_key_heads", keys, "num_query_heads", maps);
    config.requireDivides("num_value_heads", values, "num_attention_heads", heads);
    RotaryEmbedding rotary =
        RotaryEmbedding.read(config, "head_dim", headDim, RotaryAngles.Pairs.HALVES);
    return new GroupedHeadAttention(
        hidden, heads, maps, keys, values, headDim, config.flag("attention_bias", false), rotary);
  }

  @Override
  public String name() {
    return "gha";
  }

  @Override
  public AttentionShape shape() {
    if (numValueHeads % numQueryHeads == 0) {
      int valuesOfMap = numValueHeads / numQueryHeads;
      return AttentionShape.of(
          numQueryHeads,
          numKeyHeads,
          headDim,
          numQueryHeads,
          Math.multiplyExact(valuesOfMap, headDim));
    }
    // Divides the heads, since both counts do.
    int pairs = numQueryHeads / greatestCommonDivisor(numQueryHeads, numValueHeads) * numValueHeads;
    return AttentionShape.of(pairs, numKeyHeads, headDim, numValueHeads, headDim);
  }

  private static int greatestCommonDivisor(int a, int b) {
    return b == 0 ? a : greatestCommonDivisor(b, a % b);
  }

  @Override
  public double scale() {
    return 1 / Math.sqrt(headDim);
  }

  @Override
  public SequencedMap<String, Shape> tensors() {
    AttentionShape shape = shape();
    return new TensorList()
        .linear("q_proj", Math.multiplyExact(numQueryHeads, headDim), hiddenSize, bias)
        .linear("k_proj", shape.keyWidth(), hiddenSize, bias)
        .linear("v_proj", shape.ownValueWidth(), hiddenSize, bias)
        .linear("o_proj", hiddenSize, Math.multiplyExact(numAttentionHeads, headDim), false)
        .toMap();
  }

  @Override
  public AttentionLayer bind(LayerTensors tensors) {
    AttentionShape shape = shape();
    return new Layer(
        shape,
        QueryKeyValue.bind(
            numQueryHeads, numKeyHeads, shape.valueHeads(), tensors, Optional.empty()),
        tensors.linear("o_proj"),
        numAttentionHeads,
        headDim);
  }

  private record Layer(
      AttentionShape shape, QueryKeyValue projections, PackedLinear output, int heads, int headDim)
      implements AttentionLayer {
    @Override
    public Projected project(FloatMatrix x, Step step) {
      Projected projected = projections.projectAndRotate(x, step);
      if (projected.queries().count() == shape.maps()) {
        return projected;
      }
      Heads copies =
          step.buffers().matrix("attention.q.copies", shape.queryWidth()).heads(shape.maps());
      step.ops().copyHeads(projected.queries(), copies, step.rows());
      return step.projected(copies, projected.keys(), projected.values().orElseThrow());
    }

    @Override
    public void output(FloatMatrix attended, FloatMatrix out, Step step) {
      FloatMatrix all = step.buffers().matrix("attention.heads", heads * headDim);
      int distinct = attended.columns() / headDim;
      step.ops().copyHeads(attended.heads(distinct), all.heads(heads), step.rows());
      step.ops().linear(output, all, out, step.rows());
    }
  }
}
