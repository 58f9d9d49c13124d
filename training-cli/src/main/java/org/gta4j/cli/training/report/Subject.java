package org.gta4j.cli.training.report;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import org.gta4j.checkpoint.AtomicOutput;
import org.gta4j.checkpoint.Json;
import org.gta4j.train.block.Parameters;
import org.gta4j.train.run.TrainingPlan;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a journal is about.
 *
 * @param parameters that are trained
 * @param plan of the training
 * @param data the fingerprint of its data
 * @param samples whether and when the model shows what it writes
 */
public record Subject(
    Parameters parameters, TrainingPlan plan, String data, Optional<SamplePlan> samples) {

  /** The file in a training's folder that {@link #write} makes. */
  private static final String FILE = "subject.json";

  /**
   * Notes it in a training's folder.
   *
   * @throws org.gta4j.checkpoint.CheckpointException if it cannot be written
   */
  void write(Path folder) {
    ObjectNode json = Json.object();
    settings().forEach(json::put);
    AtomicOutput.write(folder.resolve(FILE), Json.toBytes(json));
  }

  /**
   * The settings that a folder's training was given, in words; none where it has none noted.
   *
   * @throws org.gta4j.checkpoint.CheckpointException if the file is damaged
   */
  static SequencedMap<String, String> settings(Path folder) {
    SequencedMap<String, String> settings = new LinkedHashMap<>();
    Path file = folder.resolve(FILE);
    if (Files.exists(file)) {
      add(settings, "", Json.readObject(file));
    }
    return settings;
  }

  /** All that the training's result depends on, in words. */
  private SequencedMap<String, String> settings() {
    SequencedMap<String, String> settings = new LinkedHashMap<>();
    settings.put("parameters", "%,d".formatted(parameters.config().parameters()));
    settings.put("data", data);
    add(settings, "", new JsonMapper().valueToTree(plan));
    add(settings, "model ", parameters.config().source().json());
    return settings;
  }

  private static void add(SequencedMap<String, String> settings, String name, JsonNode value) {
    if (value.isObject()) {
      for (Map.Entry<String, JsonNode> entry : value.properties()) {
        add(
            settings,
            name + entry.getKey() + (entry.getValue().isObject() ? " " : ""),
            entry.getValue());
      }
    } else {
      settings.put(name, value.isString() ? value.stringValue() : value.toString());
    }
  }
}
