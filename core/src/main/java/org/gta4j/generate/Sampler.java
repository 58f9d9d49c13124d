package org.gta4j.generate;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Chooses tokens of one sequence. Order of the restrictions: repetition penalty, top-k, top-p,
 * min-p at temperature 1, then temperature; as llama.cpp does it. Every sequence has its own random
 * numbers, so its choices do not depend on others.
 *
 * <p>Not thread-safe.
 */
public final class Sampler {
  private final Sampling sampling;
  private final SplittableRandom random;
  private final Candidates candidates = new Candidates();
  private boolean[] seen = new boolean[0];

  /** A sampler at the beginning of its random numbers. */
  public Sampler(Sampling sampling) {
    this.sampling = sampling;
    this.random = new SplittableRandom(sampling.seed());
  }

  /** Remembers a token of the prompt or of the answer for the repetition penalty. */
  public void observe(int id) {
    if (sampling.repeatPenalty() != 1) {
      if (id >= seen.length) {
        seen = Arrays.copyOf(seen, Math.max(id + 1, seen.length * 2));
      }
      seen[id] = true;
    }
  }

  /**
   * Chooses the next token.
   *
   * @param logits one number a token; changed by the repetition penalty
   * @throws ModelOutputException if a logit is not a finite number
   */
  public int sample(float[] logits) {
    requireFinite(logits);
    penalize(logits);
    if (sampling.temperature() == 0) {
      return greatest(logits);
    }
    candidates.take(logits);
    candidates.restrict(sampling);
    return candidates.draw(sampling.temperature(), random.nextDouble());
  }

  private static void requireFinite(float[] logits) {
    for (int id = 0; id < logits.length; id++) {
      if (!Float.isFinite(logits[id])) {
        throw new ModelOutputException(
            "its logits are not finite numbers (token %d has %s)".formatted(id, logits[id]));
      }
    }
  }

  private void penalize(float[] logits) {
    float penalty = (float) Math.clamp(sampling.repeatPenalty(), Float.MIN_NORMAL, Float.MAX_VALUE);
    for (int id = 0; id < Math.min(seen.length, logits.length); id++) {
      if (seen[id]) {
        float penalized = logits[id] > 0 ? logits[id] / penalty : logits[id] * penalty;
        logits[id] = Math.clamp(penalized, -Float.MAX_VALUE, Float.MAX_VALUE);
      }
    }
  }

  /** The token with the greatest logit; of equal ones the lowest id. */
  private static int greatest(float[] logits) {
    int best = 0;
    for (int id = 1; id < logits.length; id++) {
      if (logits[id] > logits[best]) {
        best = id;
      }
    }
    return best;
  }
}
