package org.gta4j.model;

import java.util.List;
import org.gta4j.model.variant.AttentionLayer;
import org.gta4j.model.variant.JointLinear;
import org.gta4j.model.variant.LayerTensors;
import org.gta4j.ops.PackedLinear;
import org.gta4j.tensor.FloatMatrix;

/**
 * Llama's feed-forward network, SwiGLU: {@code (silu(x W_gate) ⊙ x W_up) W_down}.
 *
 * @param gateAndUp [intermediate, hidden] each
 * @param down [hidden, intermediate]
 */
record FeedForward(JointLinear gateAndUp, PackedLinear down) {
  static FeedForward bind(LayerTensors tensors) {
    return new FeedForward(
        new JointLinear(
            List.of(
                new JointLinear.Part("mlp.gate", tensors.linear("mlp.gate_proj")),
                new JointLinear.Part("mlp.up", tensors.linear("mlp.up_proj")))),
        tensors.linear("mlp.down_proj"));
  }

  /** Computes {@code out} [rows, hidden] from {@code x} [rows, hidden]. */
  void forward(FloatMatrix x, FloatMatrix out, AttentionLayer.Step step) {
    gateAndUp.project(x, step);
    FloatMatrix gated = gateAndUp.out(0, step);
    step.ops().swiGlu(gated, gateAndUp.out(1, step), step.rows());
    step.ops().linear(down, gated, out, step.rows());
  }
}
