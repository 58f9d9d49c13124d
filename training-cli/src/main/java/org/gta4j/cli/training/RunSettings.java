package org.gta4j.cli.training;

import java.nio.file.Path;
import java.util.Optional;
import org.gta4j.checkpoint.AtomicOutput;
import org.gta4j.checkpoint.CheckpointException;
import org.gta4j.checkpoint.Json;
import org.gta4j.model.ModelConfig;
import org.gta4j.train.run.Difference;
import org.gta4j.train.run.TrainingPlan;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * All that the result of an experiment's training depends on. There is nothing in it of the machine
 * it runs on, so that results can be brought along from another one.
 *
 * @param json keys {@code plan}, {@code config}, {@code data} and {@code validation}, or those of
 *     them that are known
 */
record RunSettings(ObjectNode json) {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  /** Settings of which the texts are not known. */
  static RunSettings of(TrainingPlan plan, ObjectNode config) {
    ObjectNode json = Json.object();
    json.set("plan", MAPPER.valueToTree(plan));
    json.set("config", config);
    // Through text once: numbers are then of the types that they have when they are read.
    return new RunSettings(Json.readObject("settings", Json.toBytes(json)));
  }

  /**
   * All settings.
   *
   * @param data the fingerprint of what is learned
   * @param validation the fingerprint of what the loss is measured on
   */
  static RunSettings of(TrainingPlan plan, ModelConfig config, String data, String validation) {
    RunSettings settings = of(plan, config.source().json());
    settings.json.put("data", data);
    settings.json.put("validation", validation);
    return settings;
  }

  /** Writes them. */
  void write(Path file) {
    byte[] bytes = Json.toBytes(json);
    AtomicOutput.write(file, bytes);
  }

  /**
   * Refuses settings that differ in something that is known here.
   *
   * @param file where {@code found} are from
   * @param advice what to do about it
   * @throws CheckpointException naming the first thing that differs
   */
  void requireSame(String file, JsonNode found, String advice) {
    Optional<Difference> difference =
        Difference.within("settings", json, found)
            .or(() ->
                Difference.between(
                    "settings.config",
                    json.path("config"),
                    found.path("config"),
                    ExperimentFile.FOLLOWING));
    if (difference.isPresent()) {
      Difference other = difference.get();
      throw CheckpointException.of(
          file,
          other.key(),
          other.first().isMissingNode() ? "no such key" : other.first().toString(),
          other.found() + ": it is of another experiment; " + advice);
    }
  }
}
