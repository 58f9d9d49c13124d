package org.gta4j.train.block;

import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * A linear layer, {@code x Wᵀ + b}.
 *
 * @param weight [outputs, inputs]
 * @param bias [outputs], where there is one
 * @param precision what the product is computed in
 */
public record Linear(Tensor weight, Optional<Tensor> bias, Precision precision) {
  /** {@code x} [..., inputs] to [..., outputs]. */
  public Tensor apply(Tensor x) {
    return torch.linear(
        precision.input(x),
        precision.input(weight),
        bias.map(b -> new TensorOptional(precision.input(b))).orElseGet(TensorOptional::new));
  }
}
