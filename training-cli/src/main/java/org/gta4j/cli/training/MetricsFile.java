package org.gta4j.cli.training;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.gta4j.checkpoint.CheckpointException;
import org.gta4j.cli.RefusedException;
import org.gta4j.train.run.Metrics;
import org.gta4j.train.run.StepReport;

/**
 * What a training wrote about its steps.
 *
 * @param seconds that the steps took
 * @param tokens targets trained on
 * @param validations losses over the steps
 */
record MetricsFile(double seconds, long tokens, List<RunResult.Point> validations) {
  /**
   * Reads a training's file.
   *
   * @param folder the training's
   */
  static MetricsFile read(Path folder) {
    double seconds = 0;
    long tokens = 0;
    List<RunResult.Point> validations = new ArrayList<>();
    for (StepReport report : reports(folder)) {
      seconds += (report.tokens() - tokens) / report.tokensPerSecond();
      tokens = report.tokens();
      report
          .validationLoss()
          .ifPresent(loss -> validations.add(new RunResult.Point(report.step(), loss)));
    }
    return new MetricsFile(seconds, tokens, validations);
  }

  private static List<StepReport> reports(Path folder) {
    try {
      return Metrics.read(folder);
    } catch (CheckpointException e) {
      throw new RefusedException(String.valueOf(e.getMessage()), e);
    }
  }
}
