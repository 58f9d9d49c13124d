package org.gta4j.train.run;

/**
 * Notices a loss that no longer comes down: an average over the last steps far above the lowest
 * there was.
 *
 * @param average of the last steps' losses, the newest counting most; NaN before the first
 * @param lowest the lowest average so far
 */
public record LossWatch(double average, double lowest) {
  /** How much of the average is kept a step. */
  private static final double KEPT = 0.95;

  /** Nats above the lowest average that no noise explains: e² times the perplexity. */
  private static final double TOO_MUCH = 2;

  /** Until the average is one: in the first steps it is mostly the first step's loss. */
  private static final long WARM_STEPS = 20;

  /** Before the first step. */
  public static LossWatch start() {
    return new LossWatch(Double.NaN, Double.POSITIVE_INFINITY);
  }

  /**
   * After a step with that loss.
   *
   * @param step its number, from 1 on
   */
  LossWatch with(double loss, long step) {
    double next = Double.isNaN(average) ? loss : KEPT * average + (1 - KEPT) * loss;
    return new LossWatch(next, step <= WARM_STEPS ? next : Math.min(lowest, next));
  }

  /** Whether the loss has left where it was. */
  boolean diverged() {
    return average > lowest + TOO_MUCH;
  }
}
