package org.gta4j.model.variant;

import org.gta4j.ops.PackedLinear;
import org.gta4j.tensor.FloatMatrix;

/**
 * The gate of GTA and of the gated baselines: {@code y ⊙ sigmoid(x W_g + b_g)}, from the current
 * token's normalized hidden state {@code x}. Tensors {@code g_proj.weight} [width, hidden] and
 * {@code g_proj.bias} [width].
 *
 * @param projection the gate's linear layer
 */
record OutputGate(PackedLinear projection) {
  static final String NAME = "g_proj";

  private static final String BUFFER = "attention.gate";

  /** The gate of a layer. */
  static OutputGate bind(LayerTensors tensors) {
    return new OutputGate(tensors.linear(NAME));
  }

  /**
   * The projection to the gate's argument, to be computed with the others that read the hidden
   * state, before {@link #apply}.
   */
  JointLinear.Part part() {
    return new JointLinear.Part(BUFFER, projection);
  }

  /** Multiplies {@code y} [rows, width] by the gate. */
  void apply(FloatMatrix y, AttentionLayer.Step step) {
    step.ops().sigmoidGate(buffer(step), y, step.rows());
  }

  private FloatMatrix buffer(AttentionLayer.Step step) {
    return step.buffers().matrix(BUFFER, projection.outputs());
  }
}
