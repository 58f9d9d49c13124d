package org.gta4j.cli.training;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.gta4j.plot.Page;
import org.gta4j.plot.Plots;
import org.gta4j.plot.PointLabels;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.lines.SeriesLines;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** A comparison's plots. */
final class ComparisonPlots {
  private static final String LOSS = "validation loss, nats a token";

  private ComparisonPlots() {}

  /** Loss against the cache's size. */
  static Page.Picture cache(List<VariantOutcome> outcomes) {
    String title = "Loss against cache";
    return new Page.Picture(
        "cache",
        title,
        List.of(
            pareto(
                outcomes,
                title,
                "numbers in the cache, a token and layer",
                outcome -> outcome.shape().cacheElements())));
  }

  /** Loss against attention's arithmetic. */
  static Page.Picture attention(List<VariantOutcome> outcomes) {
    String title = "Loss against attention's work";
    return new Page.Picture(
        "attention",
        title,
        List.of(
            pareto(
                outcomes,
                title,
                "multiply-adds a pair of tokens and layer",
                outcome -> outcome.shape().multiplyAddsPerPair())));
  }

  /** A point for each variant, and a line through those that none is better than in both. */
  private static XYChart pareto(
      List<VariantOutcome> outcomes,
      String title,
      String x,
      ToDoubleFunction<VariantOutcome> cost) {
    XYChart chart = Plots.lines(title, x, LOSS);
    chart.getStyler().setXAxisLogarithmic(true);
    chart.getStyler().setXAxisLogarithmicDecadeOnly(false);
    chart.setCustomXAxisTickLabelsFormatter(ComparisonPlots::tick);
    chart.getStyler().setLegendVisible(false);
    List<VariantOutcome> best = frontier(outcomes, cost);
    series(chart, "frontier", best, cost)
        .setMarker(SeriesMarkers.NONE)
        .setLineStyle(SeriesLines.DASH_DASH);
    series(chart, "variants", outcomes, cost)
        .setMarker(SeriesMarkers.CIRCLE)
        .setLineStyle(SeriesLines.NONE);
    PointLabels labels = new PointLabels();
    for (VariantOutcome outcome : outcomes) {
      labels.add(outcome.name(), cost.applyAsDouble(outcome), outcome.loss().mean());
    }
    labels.write(chart);
    return chart;
  }

  /** An axis' number where there is room for it: one that begins with 1, 2 or 5. */
  private static String tick(double value) {
    String digits = String.format(Locale.ROOT, "%.0f", value);
    return digits.matches("[125]0*") ? digits : "";
  }

  private static XYSeries series(
      XYChart chart,
      String name,
      List<VariantOutcome> outcomes,
      ToDoubleFunction<VariantOutcome> cost) {
    return chart.addSeries(
        name,
        outcomes.stream().mapToDouble(cost).toArray(),
        outcomes.stream().mapToDouble(outcome -> outcome.loss().mean()).toArray());
  }

  /** Those than which no other one costs less, or as much, with a lower loss. */
  static List<VariantOutcome> frontier(
      List<VariantOutcome> outcomes, ToDoubleFunction<VariantOutcome> cost) {
    List<VariantOutcome> sorted = new ArrayList<>(outcomes);
    sorted.sort(
        Comparator.comparingDouble(cost).thenComparingDouble(outcome -> outcome.loss().mean()));
    List<VariantOutcome> best = new ArrayList<>();
    for (VariantOutcome outcome : sorted) {
      if (best.isEmpty() || outcome.loss().mean() < best.getLast().loss().mean()) {
        best.add(outcome);
      }
    }
    return best;
  }

  /** Over the steps; against the mean of all, since all of them fall far and differ little. */
  static Page.Picture curves(List<VariantOutcome> outcomes) {
    XYChart chart =
        Plots.lines("Loss over the steps", "step", "validation loss minus the mean of all");
    Map<Long, Double> means =
        RunResult.Point.means(outcomes.stream().flatMap(outcome -> outcome.curve().stream()));
    int shown = 0;
    for (VariantOutcome outcome : outcomes) {
      List<RunResult.Point> curve = outcome.curve();
      chart
          .addSeries(
              outcome.name(),
              curve.stream().mapToDouble(RunResult.Point::step).toArray(),
              curve.stream()
                  .mapToDouble(point -> point.loss() - means.getOrDefault(point.step(), 0.0))
                  .toArray())
          .setMarker(SeriesMarkers.NONE)
          // There are more variants than colours that one can tell apart.
          .setLineStyle(shown++ < Plots.COLORS ? SeriesLines.SOLID : SeriesLines.DASH_DASH);
    }
    return new Page.Picture(
        "curves", "Loss over the steps, against the mean of all", List.of(chart));
  }
}
