package org.gta4j.cli.training;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.gta4j.checkpoint.Json;
import org.gta4j.cli.RefusedException;
import org.gta4j.train.run.Metrics;
import tools.jackson.databind.node.ObjectNode;

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
    Path file = folder.resolve(Metrics.FILE);
    double seconds = 0;
    long tokens = 0;
    List<RunResult.Point> validations = new ArrayList<>();
    try {
      for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
        ObjectNode json = Json.readObject(file.toString(), line.getBytes(StandardCharsets.UTF_8));
        long now = json.path("tokens").asLong(tokens);
        seconds += (now - tokens) / json.path("tokens_per_second").asDouble(Double.NaN);
        tokens = now;
        if (json.path("validation_loss").isNumber()) {
          validations.add(
              new RunResult.Point(
                  json.path("step").asLong(), json.path("validation_loss").asDouble()));
        }
      }
    } catch (IOException e) {
      throw new RefusedException("%s: cannot be read: %s".formatted(file, e.getMessage()), e);
    }
    return new MetricsFile(seconds, tokens, validations);
  }
}
