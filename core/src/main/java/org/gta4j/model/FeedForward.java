package org.gta4j.model;

import org.gta4j.model.variant.AttentionLayer;
import org.gta4j.model.variant.LayerTensors;
import org.gta4j.ops.PackedLinear;
import org.gta4j.tensor.FloatMatrix;

/**
 * Llama's feed-forward network, SwiGLU: {@code (silu(x W_gate) ⊙ x W_up) W_down}.
 *
 * @param gate [intermediate, hidden]
 * @param up [intermediate, hidden]
 * @param down [hidden, intermediate]
 */
record FeedForward(PackedLinear gate, PackedLinear up, PackedLinear down) {
  static FeedForward bind(LayerTensors tensors) {
    return new FeedForward(
        tensors.linear("mlp.gate_proj"),
        tensors.linear("mlp.up_proj"),
        tensors.linear("mlp.down_proj"));
  }

  /** Computes {@code out} [rows, hidden] from {@code x} [rows, hidden]. */
  void forward(FloatMatrix x, FloatMatrix out, AttentionLayer.Step step) {
    FloatMatrix gated = step.buffers().matrix("mlp.gate", gate.outputs());
    FloatMatrix upward = step.buffers().matrix("mlp.up", up.outputs());
    step.ops().linear(gate, x, gated, step.rows());
    step.ops().linear(up, x, upward, step.rows());
    step.ops().swiGlu(gated, upward, step.rows());
    step.ops().linear(down, gated, out, step.rows());
  }
}
