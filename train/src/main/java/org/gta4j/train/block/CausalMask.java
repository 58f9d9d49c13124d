package org.gta4j.train.block;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.gta4j.attention.AttentionMask;
import org.gta4j.train.torch.Memory;
import org.gta4j.train.torch.Torch;

/** What a mask adds to scores, where it is more than that no token sees later ones. */
public final class CausalMask {
  private CausalMask() {}

  /**
   * 0 where query i sees key j and −∞ elsewhere, [T, T]; empty where every token of {@code length}
   * sees all before it, which attention knows by itself.
   */
  public static Optional<Tensor> of(AttentionMask mask, int length) {
    if (mask.firstVisible(length - 1) == 0) {
      return Optional.empty();
    }
    Tensor added = Torch.empty(Torch.F32, length, length);
    MemorySegment memory = Memory.of(added);
    for (int i = 0; i < length; i++) {
      for (int j = 0; j < length; j++) {
        boolean seen = j <= i && j >= mask.firstVisible(i);
        memory.setAtIndex(
            ValueLayout.JAVA_FLOAT, (long) i * length + j, seen ? 0 : Float.NEGATIVE_INFINITY);
      }
    }
    return Optional.of(added);
  }
}
