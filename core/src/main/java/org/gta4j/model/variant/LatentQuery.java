package org.gta4j.model.variant;

import org.gta4j.ops.PackedLinear;
import org.gta4j.tensor.FloatMatrix;

/**
 * MLA's queries by way of a rank: {@code q_a_proj} down to it, a norm, {@code q_b_proj} up.
 *
 * @param down [rank, hidden]
 * @param norm [rank]
 * @param up [heads · (nope + rope), rank]
 */
record LatentQuery(PackedLinear down, float[] norm, PackedLinear up) {
  static LatentQuery bind(LayerTensors tensors) {
    return new LatentQuery(
        tensors.linear("q_a_proj"),
        tensors.vector("q_a_layernorm.weight"),
        tensors.linear("q_b_proj"));
  }

  /** The projection to the rank, to be computed with the others that read the hidden state. */
  JointLinear.Part part() {
    return new JointLinear.Part("attention.q.rank", down);
  }

  /** Computes the queries from what {@link #part} gave; not turned yet. */
  void project(FloatMatrix rank, FloatMatrix out, AttentionLayer.Step step) {
    step.ops()
        .rmsNorm(
            norm, MultiHeadLatentAttention.RANK_EPSILON, rank.heads(1), rank.heads(1), step.rows());
    step.ops().linear(up, rank, out, step.rows());
  }
}
