package org.gta4j.cli.training.report;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.ToDoubleFunction;
import org.gta4j.plot.Page;
import org.gta4j.train.run.StepReport;
import org.knowm.xchart.XYChart;

/** A training on one page: results, curves and settings. */
final class CurvesPage {
  private CurvesPage() {}

  /**
   * The page.
   *
   * @param name what the training is called
   * @param reports its steps, at least one
   * @param settings what it was told; none where nobody knows
   * @param charts its curves
   */
  static Page of(
      String name,
      List<StepReport> reports,
      SequencedMap<String, String> settings,
      List<XYChart> charts) {
    List<Page.Block> blocks = new ArrayList<>();
    blocks.add(new Page.Heading("Results"));
    blocks.add(table(results(reports)));
    blocks.add(new Page.Heading("Curves"));
    blocks.add(
        new Page.Picture("curves", "Loss, learning rate, gradient norm and speed by step", charts));
    if (!settings.isEmpty()) {
      blocks.add(new Page.Heading("Settings"));
      blocks.add(table(settings));
    }
    return new Page("Training of " + name, blocks);
  }

  private static Page.Table table(SequencedMap<String, String> rows) {
    return new Page.Table(
        List.of(),
        rows.entrySet().stream().map(row -> List.of(row.getKey(), row.getValue())).toList());
  }

  /** What a training came to, in words. */
  static SequencedMap<String, String> results(List<StepReport> reports) {
    StepReport last = reports.getLast();
    SequencedMap<String, String> results = new LinkedHashMap<>();
    results.put("Steps", "%,d".formatted(last.step()));
    results.put("Tokens", "%,d".formatted(last.tokens()));
    results.put("Time of all steps", time(seconds(reports)));
    results.put(
        "Tokens a second, mean", "%,.0f".formatted((double) last.tokens() / seconds(reports)));
    results.put("Loss of the last step", loss(last.loss(), last.step()));
    lowest(reports, StepReport::loss)
        .ifPresent(report -> results.put("Lowest loss", loss(report.loss(), report.step())));
    List<StepReport> held =
        reports.stream().filter(report -> report.validationLoss().isPresent()).toList();
    if (!held.isEmpty()) {
      StepReport newest = held.getLast();
      results.put("Last validation loss", loss(validation(newest), newest.step()));
      lowest(held, CurvesPage::validation)
          .ifPresent(
              best -> results.put("Lowest validation loss", loss(validation(best), best.step())));
    }
    return results;
  }

  private static double validation(StepReport report) {
    return report.validationLoss().orElse(Double.NaN);
  }

  private static Optional<StepReport> lowest(
      List<StepReport> reports, ToDoubleFunction<StepReport> number) {
    return reports.stream()
        .filter(report -> Double.isFinite(number.applyAsDouble(report)))
        .min(Comparator.comparingDouble(number));
  }

  private static String loss(double nats, long step) {
    return "%.4f nats a token, step %,d".formatted(nats, step);
  }

  /** Without validation, samples and pauses: what steps took. */
  private static double seconds(List<StepReport> reports) {
    double seconds = 0;
    long before = 0;
    for (StepReport report : reports) {
      if (report.tokensPerSecond() > 0) {
        seconds += (report.tokens() - before) / report.tokensPerSecond();
      }
      before = report.tokens();
    }
    return seconds;
  }

  private static String time(double seconds) {
    Duration time = Duration.ofSeconds(Math.round(seconds));
    return time.toHours() > 0
        ? "%d h %02d min".formatted(time.toHours(), time.toMinutesPart())
        : "%d min %02d s".formatted(time.toMinutes(), time.toSecondsPart());
  }
}
