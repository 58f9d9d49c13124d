package org.gta4j.cli.training;

import java.util.Locale;
import org.gta4j.train.block.Precision;
import org.gta4j.train.optim.AdamW;
import org.gta4j.train.optim.LearningRate;
import org.gta4j.train.run.TrainingPlan;

/**
 * A training's numbers as users give them: in tokens and parts of the whole.
 *
 * @param steps how many
 * @param batchTokens tokens a step, about: whole sequences of them
 * @param microTokens tokens computed at once, about
 * @param learningRate the highest
 * @param warmup the part of the steps in which it rises
 * @param weightDecay of matrices
 * @param beta1 of AdamW
 * @param beta2 of AdamW
 * @param dropout probability of a number to be dropped
 * @param precision of matrix products
 * @param recompute whether layers are computed twice
 */
record Schedule(
    long steps,
    int batchTokens,
    int microTokens,
    double learningRate,
    double warmup,
    double weightDecay,
    double beta1,
    double beta2,
    double dropout,
    Precision precision,
    boolean recompute) {
  private static final double EPSILON = 1e-8;

  /** The part of the highest learning rate that is left at the end. */
  private static final double LEFT = 0.1;

  /** The longest that all gradients together may be. */
  private static final double CLIP = 1;

  /** Checks what the plan's own types do not. */
  Schedule {
    if (!(warmup >= 0 && warmup <= 1)) {
      throw new IllegalArgumentException(
          "warmup: expected a part of the steps, 0 to 1, found " + warmup);
    }
  }

  /**
   * The plan for sequences of a length.
   *
   * @throws IllegalArgumentException if a number makes no sense; the message begins with its name
   */
  TrainingPlan plan(int length, long seed) {
    return plan(length, length, Integer.MAX_VALUE, seed);
  }

  /**
   * The plan for sequences of different lengths.
   *
   * @param usual their mean length, which says how many a step has
   * @param longest of all, which says how many are computed at once
   * @param most sequences of a step: as many as there are
   * @throws IllegalArgumentException if a number makes no sense; the message begins with its name
   */
  TrainingPlan plan(int usual, int longest, long most, long seed) {
    try {
      return unnamed(usual, longest, most, seed);
    } catch (IllegalArgumentException e) {
      // The library's names have other dashes than options have.
      String[] parts = String.valueOf(e.getMessage()).split(":", 2);
      parts[0] = parts[0].replace('_', '-');
      throw new IllegalArgumentException(String.join(":", parts), e);
    }
  }

  /** How many steps a plan makes, and how its learning rate begins. */
  static String inWords(TrainingPlan plan) {
    LearningRate rate = plan.rate();
    return String.format(
        Locale.ROOT,
        "%s of %s, %s %.2g",
        counted(rate.steps(), "step"),
        counted(plan.sequences(), "sequence"),
        rate.warmupSteps() == 0
            ? "without a warm-up, learning rate"
            : "the learning rate rising within %s to"
                .formatted(counted(rate.warmupSteps(), "step")),
        rate.peak());
  }

  /** A number of things in words. */
  static String counted(long number, String what) {
    return String.format(Locale.ROOT, "%,d %s%s", number, what, number == 1 ? "" : "s");
  }

  /** How many sequences of a length, of {@code most}, a step of so many tokens has. */
  static int sequences(int batchTokens, int length, long most) {
    return (int) Math.min(most, Math.max(1, batchTokens / length));
  }

  private TrainingPlan unnamed(int usual, int longest, long most, long seed) {
    int sequences = sequences(batchTokens, usual, most);
    return new TrainingPlan(
        steps,
        sequences,
        Math.clamp(microTokens / longest, 1, sequences),
        new LearningRate(learningRate, LEFT, Math.round(warmup * (double) steps), steps),
        new AdamW.Settings(beta1, beta2, EPSILON, weightDecay),
        CLIP,
        dropout,
        seed,
        precision,
        recompute);
  }

  /**
   * The precision that users call so.
   *
   * @throws IllegalArgumentException if there is none
   */
  static Precision precision(String dtype) {
    return switch (dtype) {
      case "f32" -> Precision.F32;
      case "bf16" -> Precision.BF16;
      default -> throw new IllegalArgumentException("dtype: expected f32 or bf16, found " + dtype);
    };
  }
}
