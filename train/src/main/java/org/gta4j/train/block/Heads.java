package org.gta4j.train.block;

import org.bytedeco.pytorch.Tensor;
import org.gta4j.train.torch.Memory;

/** Shapes of heads. */
public final class Heads {
  private Heads() {}

  /** {@code x} [B, T, heads · d] as [B, T, heads, d]. */
  public static Tensor split(Tensor x, int heads) {
    long[] sizes = Memory.sizes(x);
    return x.reshape(sizes[0], sizes[1], heads, sizes[2] / heads);
  }

  /** {@code x} [B, T, heads, d] as [B, T, heads · d]. */
  public static Tensor join(Tensor x) {
    long[] sizes = Memory.sizes(x);
    return x.reshape(sizes[0], sizes[1], sizes[2] * sizes[3]);
  }

  /**
   * {@code x} [B, T, heads, d] as [B, T, count, d], where head {@code h} is head {@code
   * ⌊h·heads/count⌋} of {@code x}. A single head is not copied.
   *
   * @param count a multiple of the heads
   */
  public static Tensor repeat(Tensor x, int count) {
    long[] sizes = Memory.sizes(x);
    if (sizes[2] == count) {
      return x;
    }
    if (sizes[2] == 1) {
      return x.expand(sizes[0], sizes[1], count, sizes[3]);
    }
    return x.unsqueeze(3)
        .expand(sizes[0], sizes[1], sizes[2], count / sizes[2], sizes[3])
        .reshape(sizes[0], sizes[1], count, sizes[3]);
  }
}
