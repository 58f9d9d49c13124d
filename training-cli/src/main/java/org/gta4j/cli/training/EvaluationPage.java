package org.gta4j.cli.training;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.gta4j.checkpoint.CheckpointException;
import org.gta4j.checkpoint.Json;
import org.gta4j.cli.EvalOutput;
import org.gta4j.plot.Page;
import org.gta4j.plot.Plots;
import org.knowm.xchart.CategoryChart;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What an evaluation came to, on a page: of its results, with the harness's names. */
final class EvaluationPage {
  private static final String ERROR = "_stderr";

  private EvaluationPage() {}

  /** A metric of a task. */
  private record Found(String task, String metric, double value, double error) {
    /** Whether it is a share of the records. */
    boolean isShare() {
      return metric.startsWith("acc");
    }

    String errorText() {
      return Double.isNaN(error) ? "" : number(error);
    }
  }

  /**
   * The page of a folder.
   *
   * @throws CheckpointException if its file is damaged
   */
  static Page of(Path folder) {
    Path file = folder.resolve(EvalOutput.RESULTS);
    ObjectNode json = Json.readObject(file);
    List<Found> all = found(file, json);
    List<Page.Block> blocks = new ArrayList<>();
    List<List<String>> rows = new ArrayList<>();
    for (Found found : all) {
      rows.add(
          List.of(
              found.task(),
              json.path("n-samples").path(found.task()).path("effective").asString(""),
              json.path("n-shot").path(found.task()).asString(""),
              found.metric(),
              number(found.value()),
              found.errorText()));
    }
    blocks.add(
        new Page.Table(List.of("task", "records", "examples", "metric", "value", "stderr"), rows));
    List<Found> shares = all.stream().filter(Found::isShare).toList();
    if (!shares.isEmpty()) {
      blocks.add(new Page.Picture("accuracy", "Accuracy with its standard error", bars(shares)));
    }
    List<List<String>> settings = new ArrayList<>();
    for (Map.Entry<String, JsonNode> setting : json.path("config").properties()) {
      JsonNode value = setting.getValue();
      settings.add(
          List.of(setting.getKey(), value.isString() ? value.stringValue() : value.toString()));
    }
    if (!settings.isEmpty()) {
      blocks.add(new Page.Table(List.of("setting", "value"), settings));
    }
    return new Page("Evaluation", blocks);
  }

  /**
   * All metrics, in the file's order; a name is {@code acc,none}, its error's is acc_stderr,none.
   */
  private static List<Found> found(Path file, ObjectNode json) {
    List<Found> all = new ArrayList<>();
    for (Map.Entry<String, JsonNode> task : json.path("results").properties()) {
      for (Map.Entry<String, JsonNode> entry : task.getValue().properties()) {
        String[] name = entry.getKey().split(",", 2);
        if (name.length == 2 && !name[0].endsWith(ERROR)) {
          String error = name[0] + ERROR + "," + name[1];
          all.add(
              new Found(
                  task.getKey(),
                  name[0],
                  finite(file, task.getKey(), entry),
                  task.getValue().path(error).asDouble(Double.NaN)));
        }
      }
    }
    if (all.isEmpty()) {
      throw CheckpointException.of(
          file.toString(), "results", "metrics by the names of tasks", "none");
    }
    return all;
  }

  private static double finite(Path file, String task, Map.Entry<String, JsonNode> entry) {
    if (!entry.getValue().isNumber() || !Double.isFinite(entry.getValue().doubleValue())) {
      throw CheckpointException.of(
          file.toString(),
          "results.%s.%s".formatted(task, entry.getKey()),
          "a number",
          entry.getValue());
    }
    return entry.getValue().doubleValue();
  }

  /** A plot for each metric, of the tasks that have it. */
  private static List<CategoryChart> bars(List<Found> shares) {
    List<CategoryChart> charts = new ArrayList<>();
    for (String metric : shares.stream().map(Found::metric).distinct().toList()) {
      List<Found> tasks = shares.stream().filter(each -> each.metric().equals(metric)).toList();
      CategoryChart chart = Plots.bars(metric, "share of records", tasks.size());
      chart.getStyler().setLegendVisible(false);
      chart.addSeries(
          metric,
          tasks.stream().map(Found::task).toList(),
          tasks.stream().map(Found::value).toList(),
          tasks.stream().map(each -> Double.isNaN(each.error()) ? 0 : each.error()).toList());
      charts.add(chart);
    }
    return charts;
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.4f", value);
  }
}
