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
    Candidates candidates = new Candidates(logits);
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
  public static int greatest(float[] logits) {
    int best = 0;
    for (int id = 1; id < logits.length; id++) {
      if (logits[id] > logits[best]) {
        best = id;
      }
    }
    return best;
  }

  /** Tokens by falling logit; of equal ones the lower id first. */
  private static final class Candidates {
    private final float[] logits;
    private final Integer[] order;
    private int count;

    Candidates(float[] logits) {
      this.logits = logits;
      order = new Integer[logits.length];
      Arrays.setAll(order, id -> id);
      // Adding 0 makes the two zeros equal.
      Arrays.sort(order, (a, b) -> Float.compare(logits[b] + 0f, logits[a] + 0f));
      count = order.length;
    }

    void restrict(Sampling sampling) {
      if (sampling.topK() > 0) {
        count = Math.min(count, sampling.topK());
      }
      if (sampling.topP() < 1) {
        double[] weights = weights(1);
        double total = Arrays.stream(weights).sum();
        double reached = 0;
        int kept = 0;
        while (kept < count && reached < sampling.topP() * total) {
          reached += weights[kept++];
        }
        count = Math.max(1, kept);
      }
      if (sampling.minP() > 0) {
        double least = logits[order[0]] + Math.log(sampling.minP());
        while (count > 1 && logits[order[count - 1]] < least) {
          count--;
        }
      }
    }

    int draw(double temperature, double uniform) {
      double[] weights = weights(temperature);
      double left = uniform * Arrays.stream(weights).sum();
      for (int i = 0; i < count; i++) {
        left -= weights[i];
        if (left < 0) {
          return order[i];
        }
      }
      return order[count - 1];
    }

    private double[] weights(double temperature) {
      double[] weights = new double[count];
      for (int i = 0; i < count; i++) {
        weights[i] = Math.exp((logits[order[i]] - logits[order[0]]) / temperature);
      }
      return weights;
    }
  }
}
