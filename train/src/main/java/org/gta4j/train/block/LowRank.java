package org.gta4j.train.block;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.gta4j.train.torch.Torch;

/**
 * What low-rank adaptation adds to a linear layer, {@code scale · B (A x)}.
 *
 * @param down A [rank, inputs]
 * @param up B [outputs, rank]
 * @param scale what the product is multiplied by
 */
public record LowRank(Tensor down, Tensor up, double scale) {
  /**
   * {@code y} [..., outputs] of the layer itself, with what is added for {@code x} [..., inputs].
   */
  Tensor addTo(Tensor y, Tensor x, Precision precision) {
    Tensor inner = torch.linear(x, precision.input(down), new TensorOptional());
    Tensor added = torch.linear(inner, precision.input(up), new TensorOptional());
    return y.add(added, Torch.scalar(scale));
  }

  /** A layer's weight [outputs, inputs] with the product added to it, as a tensor of its own. */
  Tensor mergedWith(Tensor weight) {
    return weight.add(up.mm(down), Torch.scalar(scale));
  }
}
