package org.gta4j.train.model;

import java.util.Optional;
import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.gta4j.train.torch.GradMode;
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

  /** What drops numbers in one part of the model; its memory is the scope's. */
  Part part(int number) {
    return probability == 0
        ? Part.NONE
        : new Part(
            probability,
            Optional.of(torch.createCPUGenerator(mix(seed * 0x9E37_79B9_7F4A_7C15L + number))));
  }

  /**
   * Dropout in one part of the model.
   *
   * @param probability of a number to be dropped
   * @param random what decides; its own, since batches are computed side by side
   */
  record Part(double probability, Optional<Generator> random) {
    private static final Part NONE = new Part(0, Optional.empty());

    /**
     * {@code x}, a part of its numbers zero and the others larger by as much as makes up for it.
     */
    Tensor apply(Tensor x) {
      if (random.isEmpty()) {
        return x;
      }
      double kept = 1 - probability;
      Tensor mask;
      try (GradMode _ = GradMode.off()) {
        mask =
            torch
                .empty_like(x)
                .bernoulli_(kept, new GeneratorOptional(random.get()))
                .div_(Torch.scalar(kept));
      }
      return x.mul(mask);
    }
  }

  /** SplitMix64's finalizer: neighbouring seeds have nothing in common afterwards. */
  private static long mix(long z) {
    long a = (z ^ (z >>> 30)) * 0xBF58_476D_1CE4_E5B9L;
    long b = (a ^ (a >>> 27)) * 0x94D0_49BB_1331_11EBL;
    return b ^ (b >>> 31);
  }
}
