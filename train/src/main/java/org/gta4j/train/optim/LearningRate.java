package org.gta4j.train.optim;

/**
 * A learning rate that rises in a line for some steps and falls along half a cosine to the last. A
 * training of one step has the highest: there is nothing to fall from.
 *
 * @param peak the highest rate
 * @param last the rate it falls to, as a part of the highest
 * @param warmupSteps steps until the highest rate is reached
 * @param steps all steps
 */
public record LearningRate(double peak, double last, long warmupSteps, long steps) {
  /** Checks the numbers. */
  public LearningRate {
    if (!(peak > 0) || Double.isInfinite(peak)) {
      throw new IllegalArgumentException(
          "learning_rate: expected a positive number, found " + peak);
    }
    if (!(last >= 0 && last <= 1)) {
      throw new IllegalArgumentException(
          "final_learning_rate: expected a part of the highest rate, 0 to 1, found " + last);
    }
    if (steps < 1 || warmupSteps < 0 || warmupSteps > steps) {
      throw new IllegalArgumentException(
          "warmup: expected 0 to %d steps, found %d".formatted(steps, warmupSteps));
    }
  }

  /** The rate of a step, which are numbered from 1. */
  public double at(long step) {
    if (steps == 1) {
      return peak;
    }
    if (step <= warmupSteps) {
      return peak * step / warmupSteps;
    }
    double part = (double) (step - warmupSteps) / Math.max(1, steps - warmupSteps);
    return peak * (last + (1 - last) * 0.5 * (1 + Math.cos(Math.PI * Math.min(1, part))));
  }
}
