package org.gta4j.cli.training;

import org.gta4j.checkpoint.ConfigFile;
import org.gta4j.model.ModelConfig;
import tools.jackson.databind.node.ObjectNode;

/**
 * So many parameters for every model that is compared: what an attention does not take, the
 * feed-forward network gets.
 *
 * @param parameters how many
 */
record ParameterBudget(long parameters) {
  /** The part of the budget by which a model may miss it. */
  static final double TOLERANCE = 0.01;

  /** The same where a width may still be a round number. */
  private static final double ROUND_TOLERANCE = 0.005;

  /** Kernels like widths that these divide; the first that is precise enough is taken. */
  private static final long[] STEPS = {8, 4, 2};

  private static final String KEY = "intermediate_size";

  /**
   * The model with the width that comes nearest to the budget.
   *
   * @param file names the configuration in errors
   * @param config all but the width
   * @throws org.gta4j.checkpoint.CheckpointException if the configuration is none, or no width
   *     comes near enough
   */
  ModelConfig fit(String file, ObjectNode config) {
    long one = of(file, config, 1).parameters();
    long each = of(file, config, 2).parameters() - one;
    long rest = parameters - (one - each);
    long width = Math.round((double) rest / each);
    for (long step : STEPS) {
      long round = Math.round((double) rest / each / step) * step;
      if (Math.abs(rest - round * each) <= ROUND_TOLERANCE * parameters) {
        width = round;
        break;
      }
    }
    if (width < 1 || width > Integer.MAX_VALUE || !fits(one - each + width * each)) {
      throw ConfigFile.of(file, config)
          .wrong(
              "parameters",
              "room for the feed-forward network beside the %,d of everything else, in units of %,d"
                  .formatted(one - each, each),
              "%,d".formatted(parameters));
    }
    return of(file, config, (int) width);
  }

  /** Whether a model with so many is within the budget. */
  boolean fits(long found) {
    return Math.abs(found - parameters) <= TOLERANCE * parameters;
  }

  private static ModelConfig of(String file, ObjectNode config, int width) {
    return ModelConfig.read(ConfigFile.of(file, config.deepCopy().put(KEY, width)));
  }
}
