package org.gta4j.train.block;

import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * Root-mean-square norm over the last dimension, {@code x / sqrt(mean(x²) + epsilon) · weight}.
 *
 * @param weight [width]
 * @param epsilon what keeps zeros from being divided by
 */
public record RmsNorm(Tensor weight, double epsilon) {
  /** {@code x} [..., width], f32. */
  public Tensor apply(Tensor x) {
    return torch.rms_norm(
        x, new long[] {weight.size(0)}, new TensorOptional(weight), new DoubleOptional(epsilon));
  }
}
