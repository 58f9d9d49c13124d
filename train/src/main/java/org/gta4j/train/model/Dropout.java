package org.gta4j.train.model;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.gta4j.train.torch.Torch;

/**
 * Dropout of embeddings and of what layers add to the hidden state. Which numbers are dropped
 * follows from the seed and the place alone, so a layer that is computed twice drops the same ones,
 * and a training that is resumed those it would have.
 *
 * @param probability of a number to be dropped, 0 to below 1
 * @param seed another one for each batch
 */
public record Dropout(double probability, long seed) {
  /** Nothing is dropped. */
  public static final Dropout NONE = new Dropout(0, 0);

  /** Checks the probability. */
  public Dropout {
    if (!(probability >= 0 && probability < 1)) {
      throw new IllegalArgumentException(
          "dropout: expected a probability of at least 0 and below 1, found " + probability);
    }
  }

  /** Random numbers begin anew for a part of the model. */
  void enter(int part) {
    if (probability > 0) {
      Torch.seed(mix(seed * 0x9E37_79B9_7F4A_7C15L + part));
    }
  }

  /** {@code x}, a part of its numbers zero and the others larger by as much as makes up for it. */
  Tensor apply(Tensor x) {
    return probability == 0 ? x : torch.dropout(x, probability, true);
  }

  /** SplitMix64's finalizer: neighbouring seeds have nothing in common afterwards. */
  private static long mix(long z) {
    long a = (z ^ (z >>> 30)) * 0xBF58_476D_1CE4_E5B9L;
    long b = (a ^ (a >>> 27)) * 0x94D0_49BB_1331_11EBL;
    return b ^ (b >>> 31);
  }
}
