package org.gta4j.cli.training.report;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import org.gta4j.checkpoint.AtomicOutput;
import org.gta4j.plot.Page;
import org.gta4j.plot.Plots;
import org.gta4j.train.run.Metrics;
import org.gta4j.train.run.StepReport;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** A training's numbers as plots: {@code curves.svg}, and {@code curves.html} with all in words. */
public final class Curves {
  /** The plots alone. */
  static final String PICTURE = "curves.svg";

  /** The page. */
  static final String PAGE = "curves.html";

  private static final int WIDTH = 860;
  private static final int HEIGHT = 320;

  private Curves() {}

  /**
   * Draws what a folder's metrics say; nothing where they say nothing yet.
   *
   * @throws org.gta4j.checkpoint.CheckpointException if a file cannot be read or written
   */
  static void draw(Path folder) {
    Optional<Page> page = page(folder, Metrics.read(folder));
    if (page.isPresent()) {
      page.get().pictures().values().forEach(svg -> write(folder.resolve(PICTURE), svg));
      write(folder.resolve(PAGE), page.get().html());
    }
  }

  /**
   * A training's page, of what its folder's metrics say; empty where they say nothing yet.
   *
   * @throws org.gta4j.checkpoint.CheckpointException if a file cannot be read, or is damaged
   */
  public static Optional<Page> page(Path folder) {
    return page(folder, Metrics.readStrictly(folder));
  }

  private static Optional<Page> page(Path folder, List<StepReport> reports) {
    List<XYChart> charts = charts(reports);
    String name = String.valueOf(folder.toAbsolutePath().normalize().getFileName());
    return charts.isEmpty()
        ? Optional.empty()
        : Optional.of(CurvesPage.of(name, reports, Subject.settings(folder), charts));
  }

  private static void write(Path file, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    AtomicOutput.write(file, bytes);
  }

  private static List<XYChart> charts(List<StepReport> reports) {
    List<XYChart> charts = new ArrayList<>();
    XYChart loss = chart("Loss", "nats a token");
    add(loss, "training", reports, StepReport::loss);
    Curve held = Curve.of(reports, report -> report.validationLoss().orElse(Double.NaN));
    if (!held.isEmpty()) {
      loss.addSeries("validation", held.steps(), held.values());
    }
    charts.add(loss);
    charts.add(single("Learning rate", "", reports, StepReport::learningRate));
    charts.add(single("Gradient norm, before clipping", "", reports, StepReport::gradientNorm));
    charts.add(single("Speed", "tokens a second", reports, StepReport::tokensPerSecond));
    charts.removeIf(chart -> chart.getSeriesCollection().isEmpty());
    return charts;
  }

  private static XYChart single(
      String title, String unit, List<StepReport> reports, ToDoubleFunction<StepReport> number) {
    XYChart chart = chart(title, unit);
    add(chart, title, reports, number);
    chart.getStyler().setLegendVisible(false);
    return chart;
  }

  private static XYChart chart(String title, String unit) {
    return Plots.lines(title, "step", unit, WIDTH, HEIGHT);
  }

  private static void add(
      XYChart chart, String name, List<StepReport> reports, ToDoubleFunction<StepReport> number) {
    Curve curve = Curve.of(reports, number);
    if (!curve.isEmpty()) {
      chart.addSeries(name, curve.steps(), curve.values()).setMarker(SeriesMarkers.NONE);
    }
  }
}
