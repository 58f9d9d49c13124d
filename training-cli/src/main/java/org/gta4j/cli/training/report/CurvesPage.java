package org.gta4j.cli.training.report;

import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.ToDoubleFunction;
import org.gta4j.plot.Plots;
import org.gta4j.train.run.StepReport;

/** A training on one page that needs no other file: plots, results and settings. */
final class CurvesPage {
  private CurvesPage() {}

  /**
   * The page.
   *
   * @param name what the training is called
   * @param reports its steps, at least one
   * @param settings what it was told
   * @param plots an SVG element
   */
  static String of(
      String name, List<StepReport> reports, SequencedMap<String, String> settings, String plots) {
    return """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width">
    <title>Training of %1$s</title>
    <style>
    %2$s:root { color-scheme: light dark; }
    body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem;
      background: var(--plot-0); color: var(--plot-1); }
    svg { max-width: 100%%; height: auto; }
    table { border-collapse: collapse; }
    th, td { text-align: left; font-weight: normal; padding: 0.2rem 1.5rem 0.2rem 0;
      border-bottom: 1px solid var(--plot-2); vertical-align: top; overflow-wrap: anywhere; }
    td { font-variant-numeric: tabular-nums; }
    </style>
    </head>
    <body>
    <h1>Training of %1$s</h1>
    <h2>Results</h2>
    %3$s
    <h2>Curves</h2>
    %4$s
    <h2>Settings</h2>
    %5$s
    </body>
    </html>
    """
        .formatted(escaped(name), Plots.style(), table(results(reports)), plots, table(settings));
  }

  private static String table(SequencedMap<String, String> rows) {
    StringBuilder table = new StringBuilder("<table>\n");
    rows.forEach((name, value) ->
        table.append(
            "<tr><th scope=\"row\">%s</th><td>%s</td></tr>%n"
                .formatted(escaped(name), escaped(value))));
    return table.append("</table>").toString();
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

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
