package org.gta4j.train.block;

import java.util.Optional;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.gta4j.train.torch.Memory;

/**
 * Causal attention, {@code softmax(scale · q kᵀ) v}, of maps to the key and value heads of their
 * groups.
 *
 * <p>libtorch's blockwise kernel, which keeps no map [T, T] for the backward pass, takes as many
 * heads and as wide ones for queries, keys and values: heads are repeated, and the narrower of keys
 * and values is padded with zeros, which changes neither scores nor what is cut off the result.
 *
 * <p>Shape legend: B sequences, T tokens, {@code q} [B, T, maps, d_k], {@code k} [B, T, key heads,
 * d_k], {@code v} [B, T, value heads, d_v].
 */
public final class Attention {
  private Attention() {}

  /**
   * What the maps weight together, [B, T, maps, d_v].
   *
   * @param mask what is added to scores [T, T]; without one, every token sees itself and all before
   */
  public static Tensor apply(Tensor q, Tensor k, Tensor v, double scale, Optional<Tensor> mask) {
    int maps = (int) q.size(2);
    long valueDim = v.size(3);
    long width = Math.max(q.size(3), valueDim);
    Tensor weighted =
        torch.scaled_dot_product_attention(
            headsFirst(padded(q, width)),
            headsFirst(Heads.repeat(padded(k, width), maps)),
            headsFirst(Heads.repeat(padded(v, width), maps)),
            mask.map(TensorOptional::new).orElseGet(TensorOptional::new),
            0,
            mask.isEmpty(),
            new DoubleOptional(scale),
            false);
    Tensor result = weighted.transpose(1, 2);
    return valueDim == width ? result : result.narrow(3, 0, valueDim);
  }

  private static Tensor headsFirst(Tensor x) {
    return x.transpose(1, 2);
  }

  private static Tensor padded(Tensor x, long width) {
    long missing = width - Memory.sizes(x)[3];
    return missing == 0 ? x : torch.constant_pad_nd(x, 0, missing);
  }
}
