package org.gta4j.train.block;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.gta4j.ops.GateActivation;

/**
 * The gate of GTA and of the gated baselines, {@code y ⊙ f(x W_g + b_g)}.
 *
 * @param activation f
 * @param projection to the gate's argument
 */
public record OutputGate(GateActivation activation, Linear projection) {
  /** The gate whose parameters are {@code g_proj}. */
  public static OutputGate of(
      GateActivation activation, Parameters.Group parameters, Precision precision) {
    return new OutputGate(activation, parameters.linear("g_proj", precision));
  }

  /**
   * Multiplies {@code y} [B, T, width] by the gate of the layer's normalized input {@code x} [B, T,
   * hidden].
   */
  public Tensor apply(Tensor y, Tensor x) {
    Tensor gate = projection.precision().full(projection.apply(x));
    return y.mul(
        switch (activation) {
          case SIGMOID -> torch.sigmoid(gate);
          case SILU -> torch.silu(gate);
          case RELU_SQUARED -> torch.relu(gate).square();
        });
  }
}
