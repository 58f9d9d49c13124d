package org.gta4j.train.run;

import org.gta4j.train.block.Precision;
import org.gta4j.train.optim.AdamW;
import org.gta4j.train.optim.LearningRate;

/**
 * Everything about a training that its result depends on, beside model and data. A training that is
 * resumed has the same plan.
 *
 * @param steps how many times parameters are changed
 * @param sequences sequences a step
 * @param microSequences sequences that are computed at once, which decides how much memory a step
 *     takes and nothing else but rounding
 * @param rate the learning rate, step by step
 * @param adam the optimizer's numbers
 * @param clip the longest that all gradients together may be; longer ones are shortened to it
 * @param dropout probability of a number to be dropped
 * @param seed of the first parameters and of dropout
 * @param precision what matrix products are computed in
 * @param recompute whether layers are computed again for the backward pass, to keep less
 */
public record TrainingPlan(
    long steps,
    int sequences,
    int microSequences,
    LearningRate rate,
    AdamW.Settings adam,
    double clip,
    double dropout,
    long seed,
    Precision precision,
    boolean recompute) {
  /** Checks the numbers that are not checked by their own types. */
  public TrainingPlan {
    if (steps != rate.steps()) {
      throw new IllegalArgumentException(
          "steps: expected the learning rate's %d, found %d".formatted(rate.steps(), steps));
    }
    if (sequences < 1) {
      throw new IllegalArgumentException(
          "sequences a step: expected at least 1, found " + sequences);
    }
    if (microSequences < 1 || microSequences > sequences) {
      throw new IllegalArgumentException(
          "sequences at once: expected 1 to %d, found %d".formatted(sequences, microSequences));
    }
    if (!(clip > 0)) {
      throw new IllegalArgumentException("clip: expected more than 0, found " + clip);
    }
    if (!(dropout >= 0 && dropout < 1)) {
      throw new IllegalArgumentException(
          "dropout: expected at least 0 and below 1, found " + dropout);
    }
  }

  /** In how many batches a step is computed; workers share them. */
  public int parts() {
    return Math.ceilDiv(sequences, microSequences);
  }
}
