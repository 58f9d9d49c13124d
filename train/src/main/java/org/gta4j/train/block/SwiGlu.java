package org.gta4j.train.block;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Llama's feed-forward network: {@code (silu(x W_gate) ⊙ x W_up) W_down}.
 *
 * @param gate [intermediate, hidden]
 * @param up [intermediate, hidden]
 * @param down [hidden, intermediate]
 */
public record SwiGlu(Linear gate, Linear up, Linear down) {
  /** The network whose parameters are {@code gate_proj}, {@code up_proj} and {@code down_proj}. */
  public static SwiGlu of(Parameters.Group parameters, Precision precision) {
    return new SwiGlu(
        parameters.linear("gate_proj", precision),
        parameters.linear("up_proj", precision),
        parameters.linear("down_proj", precision));
  }

  /** {@code x} [..., hidden] to as many numbers. */
  public Tensor apply(Tensor x) {
    Tensor input = gate.precision().input(x);
    return down.apply(torch.silu(gate.apply(input)).mul(up.apply(input)));
  }
}
