package org.gta4j.train.block;

import org.bytedeco.pytorch.Tensor;
import org.gta4j.train.torch.Torch;

/**
 * What matrix products are computed in. Parameters, norms, the residual stream, positions,
 * attention and the loss are f32 in either.
 */
public enum Precision {
  /** f32 throughout. */
  F32,
  /**
   * Inputs and weights of matrix products are rounded to bf16, as autocast does. Attention is not:
   * libtorch's attention on CPUs is slower in bf16.
   */
  BF16;

  /** What a linear layer reads. */
  public Tensor input(Tensor x) {
    return this == BF16 ? x.to(Torch.BF16) : x;
  }

  /** f32 of whatever a linear layer gave. */
  public Tensor full(Tensor x) {
    return this == BF16 ? x.to(Torch.F32) : x;
  }

  /** The name that options have. */
  public String label() {
    return this == BF16 ? "bf16" : "f32";
  }
}
