package org.gta4j.cli.training.report;

import java.util.List;
import java.util.function.ToDoubleFunction;
import org.gta4j.train.run.StepReport;

/**
 * Numbers over steps, few enough to draw.
 *
 * @param steps where they lie
 * @param values the numbers
 */
record Curve(double[] steps, double[] values) {
  /** More points than a plot has pixels show nothing more. */
  private static final int MOST = 400;

  /** Means of as many neighbours as there must be; what is no finite number is left out. */
  static Curve of(List<StepReport> reports, ToDoubleFunction<StepReport> number) {
    List<StepReport> finite =
        reports.stream().filter(report -> Double.isFinite(number.applyAsDouble(report))).toList();
    int points = Math.min(MOST, finite.size());
    double[] steps = new double[points];
    double[] values = new double[points];
    for (int point = 0; point < points; point++) {
      List<StepReport> part =
          finite.subList(
              (int) ((long) point * finite.size() / points),
              (int) ((point + 1L) * finite.size() / points));
      steps[point] = part.stream().mapToLong(StepReport::step).average().orElseThrow();
      values[point] = part.stream().mapToDouble(number).average().orElseThrow();
    }
    return new Curve(steps, values);
  }

  boolean isEmpty() {
    return steps.length == 0;
  }
}
