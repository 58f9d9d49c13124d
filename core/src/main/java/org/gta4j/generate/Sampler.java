package org.gta4j.generate;

import java.util.Arrays;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Chooses tokens of one sequence. Order of the restrictions: repetition penalty, adjustments, what
 * the constraint allows, top-k, top-p, min-p at temperature 1, then temperature; as llama.cpp does
 * it. Every sequence has its own random numbers, so its choices do not depend on others.
 *
 * <p>Not thread-safe.
 */
public final class Sampler {
  private final Sampling sampling;
  private final Adjustments adjustments;
  private final Optional<TokenConstraint> constraint;
  private final SplittableRandom random;
  private final Candidates candidates;
  private boolean[] seen = new boolean[0];
  private int[] chosen = new int[0];

  /** A sampler at the beginning of its random numbers. */
  public Sampler(Sampling sampling) {
    this(sampling, Adjustments.NONE, Optional.empty());
  }

  /** The same with adjustments, and with a constraint of its own. */
  public Sampler(Sampling sampling, Adjustments adjustments, Optional<TokenConstraint> constraint) {
    this(sampling, adjustments, constraint, new Candidates());
  }

  /** The same with scratch memory that other samplers of this thread use too. */
  Sampler(
      Sampling sampling,
      Adjustments adjustments,
      Optional<TokenConstraint> constraint,
      Candidates candidates) {
    this.candidates = candidates;
    this.sampling = sampling;
    this.adjustments = adjustments;
    this.constraint = constraint;
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

  /** Remembers a token that was chosen. */
  void choose(int id) {
    observe(id);
    if (adjustments.hasPenalties()) {
      if (id >= chosen.length) {
        chosen = Arrays.copyOf(chosen, Math.max(id + 1, chosen.length * 2));
      }
      chosen[id]++;
    }
  }

  /**
   * Chooses the next token.
   *
   * @param logits one number a token; changed by penalties, adjustments and the constraint
   * @throws ModelOutputException if a logit is not a finite number
   */
  public int sample(float[] logits) {
    requireFinite(logits);
    penalize(logits);
    adjust(logits);
    if (constraint.isPresent()) {
      constraint.get().restrict(logits);
    }
    if (sampling.temperature() == 0) {
      return greatest(logits);
    }
    candidates.take(logits);
    candidates.restrict(sampling);
    return candidates.draw(sampling.temperature(), random.nextDouble());
  }

  /**
   * Refuses logits that are no numbers.
   *
   * @throws ModelOutputException if one is not finite
   */
  static void requireFinite(float[] logits) {
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

  private void adjust(float[] logits) {
    for (int id = 0; id < Math.min(chosen.length, logits.length); id++) {
      if (chosen[id] > 0) {
        double penalty =
            chosen[id] * adjustments.frequencyPenalty() + adjustments.presencePenalty();
        logits[id] = finite(logits[id] - penalty);
      }
    }
    if (!adjustments.bias().isEmpty()) {
      adjustments
          .bias()
          .forEach((id, bias) -> {
            if (id >= 0 && id < logits.length) {
              logits[id] = finite((double) logits[id] + bias);
            }
          });
    }
  }

  private static float finite(double logit) {
    return (float) Math.clamp(logit, -Float.MAX_VALUE, Float.MAX_VALUE);
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
