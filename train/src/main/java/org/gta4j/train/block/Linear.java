package org.gta4j.train.block;

import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * A linear layer, {@code x Wᵀ + b}, and what low-rank adaptation adds to it.
 *
 * @param weight [outputs, inputs]
 * @param bias [outputs], where there is one
 * @param adapter what is added, where the layer is adapted
 * @param precision what the product is computed in
 */
public record Linear(
    Tensor weight, Optional<Tensor> bias, Optional<LowRank> adapter, Precision precision) {
  /** {@code x} [..., inputs] to [..., outputs]. */
  public Tensor apply(Tensor x) {
    Tensor input = precision.input(x);
    Tensor y =
        torch.linear(
            input,
            precision.input(weight),
            bias.map(b -> new TensorOptional(precision.input(b))).orElseGet(TensorOptional::new));
    return adapter.isPresent() ? adapter.get().addTo(y, input, precision) : y;
  }
}
