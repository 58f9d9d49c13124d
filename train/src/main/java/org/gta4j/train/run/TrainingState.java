package org.gta4j.train.run;

import org.gta4j.train.workers.Workers;

/**
 * Where a training is. With the parameters and the optimizer's moments this is all that the next
 * step depends on: sequences are numbered, and random numbers follow from the plan's seed and the
 * step's number.
 *
 * @param step steps made
 * @param tokens targets trained on
 * @param bestValidation the lowest validation loss so far; infinite before the first
 * @param watch over the loss
 */
public record TrainingState(long step, long tokens, double bestValidation, LossWatch watch) {
  /** Before the first step. */
  public static TrainingState start() {
    return new TrainingState(0, 0, Double.POSITIVE_INFINITY, LossWatch.start());
  }

  /** Worker 0's state. */
  static TrainingState shared(Workers workers, TrainingState own) {
    double[] numbers =
        workers.rank() == 0
            ? new double[] {
              own.step, own.tokens, own.bestValidation, own.watch.average(), own.watch.lowest()
            }
            : new double[5]; // what adds nothing
    double[] first = workers.sum(numbers);
    return new TrainingState(
        (long) first[0], (long) first[1], first[2], new LossWatch(first[3], first[4]));
  }
}
