package org.gta4j.cli.training;

/**
 * What a model's trainers published, as a training's defaults.
 *
 * @param learningRate the highest
 * @param warmup the part of the steps in which it rises
 * @param weightDecay of matrices
 * @param beta1 of AdamW
 * @param beta2 of AdamW
 */
record Recipe(double learningRate, double warmup, double weightDecay, double beta1, double beta2) {
  /** Steps of the shortest training with a warm-up. */
  private static final long SHORTEST = 10;

  /**
   * The paper's (arXiv 2506.17286) for its shapes of 160M, 500M and 1B parameters; for smaller ones
   * the last with a longer warm-up, since their trainings are shorter.
   */
  static Recipe of(String preset) {
    if (preset.endsWith("-160m") || preset.endsWith("-500m")) {
      return new Recipe(2e-4, 0.01, 0, 0.9, 0.999);
    }
    if (preset.endsWith("-1b")) {
      return new Recipe(1e-3, 0.01, 0.1, 0.9, 0.95);
    }
    return new Recipe(1e-3, 0.05, 0.1, 0.9, 0.95);
  }

  /**
   * The paper's for models that are trained already; adapters, which begin at zero, take ten times
   * its learning rate, as is usual for them (Hu et al., arXiv 2106.09685).
   */
  static Recipe finetuning(boolean adapters) {
    return new Recipe(adapters ? 2e-4 : 2e-5, 0.1, 0.1, 0.9, 0.95);
  }

  /**
   * The part of so many steps in which the learning rate rises: at most every tenth, rounded down,
   * so that a training of few steps has no warm-up instead of one that is half of it.
   */
  double warmup(long steps) {
    long most = steps / SHORTEST;
    return Math.min(warmup, (double) most / steps);
  }
}
