package org.gta4j.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import org.gta4j.plot.Plots;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.lines.SeriesLines;

/** The page's plots, as SVG. */
final class SpeedClaimPlots {
  private static final List<Integer> SHOWN_BATCHES = List.of(1, 8, 32);

  private final List<Integer> contexts;
  private final Map<String, XYChart> charts = new LinkedHashMap<>();

  SpeedClaimPlots(List<Integer> contexts) {
    this.contexts = contexts;
  }

  /** Draws one size's models, ours first. */
  void add(List<SweepModel> models) {
    String suffix = SpeedClaimPage.suffix(models);
    charts.put("gain-" + suffix, gain(models.getFirst(), models.get(1)));
    charts.put("decode-" + suffix, decoding(models));
    charts.put("prompts-" + suffix, prompts(models));
  }

  /** Writes all that were drawn. */
  void write(Path folder) throws IOException {
    for (Map.Entry<String, XYChart> chart : charts.entrySet()) {
      Path file = folder.resolve("speed-claim-%s.svg".formatted(chart.getKey()));
      Files.writeString(file, Plots.svg(List.of(chart.getValue())));
    }
  }

  /** Measured and predicted gain of decoding over the context, for some batches. */
  private XYChart gain(SweepModel own, SweepModel other) {
    XYChart chart =
        chart("Decoding: %s against %s".formatted(own.name(), other.name()), "times faster");
    for (int batch : SHOWN_BATCHES) {
      add(
          chart,
          "%d at once".formatted(batch),
          context ->
              both(own, other, context, batch).map(pair -> SpeedClaimPage.gain(pair[0], pair[1])));
      add(
              chart,
              "%d, predicted".formatted(batch),
              context ->
                  both(own, other, context, batch)
                      .map(pair -> SpeedClaimPage.predicted(pair[0], pair[1])))
          .ifPresent(series -> series.setLineStyle(SeriesLines.DASH_DASH));
    }
    return chart;
  }

  private static Optional<SweepPoint[]> both(
      SweepModel own, SweepModel other, int context, int batch) {
    return own.point(context, batch)
        .flatMap(
            ours -> other.point(context, batch).map(theirs -> new SweepPoint[] {ours, theirs}));
  }

  /** Decoded tokens a second over the context, for one sequence and for eight. */
  private XYChart decoding(List<SweepModel> models) {
    XYChart chart = chart("Decoding, all sequences together", "tokens a second");
    for (SweepModel model : models) {
      for (int batch : List.of(1, 8)) {
        add(
            chart,
            "%s, %d at once".formatted(model.name(), batch),
            context -> model.point(context, batch).map(SweepPoint::decodeTokensPerSecond));
      }
    }
    chart.getStyler().setYAxisLogarithmic(true);
    return chart;
  }

  /** Tokens a second of whole prompts. */
  private XYChart prompts(List<SweepModel> models) {
    XYChart chart = chart("Reading a prompt", "tokens a second");
    for (SweepModel model : models) {
      add(chart, model.name(), tokens -> model.promptSeconds(tokens).map(s -> tokens / s));
    }
    chart.getStyler().setYAxisLogarithmic(true);
    return chart;
  }

  private static XYChart chart(String title, String unit) {
    XYChart chart = Plots.lines(title, "tokens of context", unit);
    chart.getStyler().setXAxisLogarithmic(true);
    return chart;
  }

  private Optional<XYSeries> add(XYChart chart, String name, IntFunction<Optional<Double>> value) {
    List<Integer> x = new ArrayList<>();
    List<Double> y = new ArrayList<>();
    for (int context : contexts) {
      Optional<Double> found = value.apply(context);
      if (found.isPresent()) {
        x.add(context);
        y.add(found.get());
      }
    }
    return x.isEmpty() ? Optional.empty() : Optional.of(chart.addSeries(name, x, y));
  }
}
