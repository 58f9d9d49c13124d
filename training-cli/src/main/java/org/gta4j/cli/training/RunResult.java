package org.gta4j.cli.training;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.gta4j.checkpoint.AtomicOutput;
import org.gta4j.checkpoint.CheckpointException;
import org.gta4j.checkpoint.ConfigFile;
import org.gta4j.checkpoint.Json;
import org.gta4j.model.ModelConfig;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What came out of an experiment's training, in a file that does not depend on anything else.
 *
 * @param settings what it was trained with
 * @param config the model
 * @param bitsPerByte of the validation text, with the last weights
 * @param steps how many were made
 * @param tokens targets trained on
 * @param seconds that the steps took
 * @param curve validation losses over the steps
 */
record RunResult(
    ObjectNode settings,
    ModelConfig config,
    double bitsPerByte,
    long steps,
    long tokens,
    double seconds,
    List<Point> curve) {
  /**
   * A validation.
   *
   * @param step after which it was
   * @param loss in nats a token
   */
  record Point(long step, double loss) {
    /** Mean losses by step, of all points there. */
    static Map<Long, Double> means(Stream<Point> points) {
      return points.collect(
          Collectors.groupingBy(Point::step, Collectors.averagingDouble(Point::loss)));
    }
  }

  /** Checks that there is a loss. */
  RunResult {
    curve = List.copyOf(curve);
    if (curve.isEmpty()) {
      throw new IllegalArgumentException("expected a validation loss, found none");
    }
  }

  /** The validation loss after the last step, in nats a token. */
  double loss() {
    return curve.getLast().loss();
  }

  /** The lowest validation loss. */
  double bestLoss() {
    return curve.stream().mapToDouble(Point::loss).min().orElseThrow();
  }

  /** Writes it. */
  void write(Path file) {
    ObjectNode json = Json.object();
    json.put("parameters", config.parameters());
    json.put("validation_loss", loss());
    json.put("best_validation_loss", bestLoss());
    json.put("bits_per_byte", bitsPerByte);
    json.put("steps", steps);
    json.put("tokens", tokens);
    json.put("seconds", Math.rint(seconds));
    ArrayNode points = json.putArray("curve");
    for (Point point : curve) {
      points.addObject().put("step", point.step()).put("validation_loss", point.loss());
    }
    json.set("settings", settings);
    byte[] bytes = Json.toBytes(json);
    AtomicOutput.write(file, bytes);
  }

  /**
   * Reads one.
   *
   * @throws CheckpointException if it is damaged
   */
  static RunResult read(Path file) {
    ObjectNode json = Json.readObject(file);
    ConfigFile root = ConfigFile.of(file.toString(), json);
    if (!(json.path("settings") instanceof ObjectNode settings)
        || !(settings.path("config") instanceof ObjectNode config)) {
      throw root.wrong("settings", "what the training was, with its config", json.path("settings"));
    }
    List<Point> curve = new ArrayList<>();
    for (JsonNode point : json.path("curve")) {
      JsonNode loss = point.path("validation_loss");
      JsonNode step = point.path("step");
      if (!loss.isNumber() || !step.isIntegralNumber()) {
        throw root.wrong("curve", "a step and a validation_loss each", point);
      }
      curve.add(new Point(step.asLong(), loss.asDouble()));
    }
    if (curve.isEmpty()) {
      throw root.wrong("curve", "a list of validation losses", json.path("curve"));
    }
    return new RunResult(
        settings,
        ModelConfig.read(ConfigFile.of(file + ": settings.config", config)),
        root.positive("bits_per_byte", 0),
        whole(root, json, "steps"),
        whole(root, json, "tokens"),
        root.number("seconds", 0),
        curve);
  }

  private static long whole(ConfigFile root, ObjectNode json, String key) {
    JsonNode value = json.path(key);
    if (!value.isIntegralNumber() || !value.canConvertToLong() || value.asLong() < 1) {
      throw root.wrong(key, "a positive integer", value);
    }
    return value.asLong();
  }
}
