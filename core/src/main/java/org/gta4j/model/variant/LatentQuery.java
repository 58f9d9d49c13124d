package org.gta4j.model.variant;

import org.gta4j.ops.PackedLinear;
import org.gta4j.tensor.FloatMatrix;

/** How MLA's queries come from the hidden state: by one matrix, or by way of a smaller rank. */
sealed interface LatentQuery {
  /** Computes {@code out} [rows, heads · (nope + rope)] from {@code x} [rows, hidden]. */
  void project(FloatMatrix x, FloatMatrix out, AttentionLayer.Step step);

  /** The queries of a layer. */
  static LatentQuery bind(boolean lowRank, LayerTensors tensors) {
    if (lowRank) {
      return new LowRank(
          tensors.linear("q_a_proj"),
          tensors.vector("q_a_layernorm.weight"),
          tensors.linear("q_b_proj"));
    }
    return new Full(tensors.linear("q_proj"));
  }

  /**
   * One matrix.
   *
   * @param projection [heads · (nope + rope), hidden]
   */
  record Full(PackedLinear projection) implements LatentQuery {
    @Override
    public void project(FloatMatrix x, FloatMatrix out, AttentionLayer.Step step) {
      step.ops().linear(projection, x, out, step.rows());
    }
  }

  /**
   * Down to a rank, a norm, and up.
   *
   * @param down [rank, hidden]
   * @param norm [rank]
   * @param up [heads · (nope + rope), rank]
   */
  record LowRank(PackedLinear down, float[] norm, PackedLinear up) implements LatentQuery {
    @Override
    public void project(FloatMatrix x, FloatMatrix out, AttentionLayer.Step step) {
      FloatMatrix rank = step.buffers().matrix("attention.q.rank", down.outputs());
      step.ops().linear(down, x, rank, step.rows());
      step.ops()
          .rmsNorm(
              norm,
              MultiHeadLatentAttention.RANK_EPSILON,
              rank.heads(1),
              rank.heads(1),
              step.rows());
      step.ops().linear(up, rank, out, step.rows());
    }
  }
}
