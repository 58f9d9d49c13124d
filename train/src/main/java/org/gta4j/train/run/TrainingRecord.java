package org.gta4j.train.run;

import java.util.Optional;
import java.util.Set;
import org.gta4j.checkpoint.CheckpointException;
import org.gta4j.checkpoint.Json;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a checkpoint says about its training, in {@code training.json}.
 *
 * @param plan what the training does
 * @param data the fingerprint of its data
 * @param config the model's; missing in records that were written before there was one
 * @param state where it is
 */
public record TrainingRecord(TrainingPlan plan, String data, JsonNode config, TrainingState state) {
  private static final int VERSION = 1;
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  /** As it is written. */
  public ObjectNode toJson() {
    ObjectNode json = MAPPER.createObjectNode();
    json.put("version", VERSION);
    json.set("plan", MAPPER.valueToTree(plan));
    json.put("data", data);
    json.set("config", config);
    json.set("state", MAPPER.valueToTree(state));
    return json;
  }

  static TrainingRecord read(String file, ObjectNode json) {
    int version = json.path("version").asInt(0);
    if (version != VERSION) {
      throw CheckpointException.of(
          file, "version", Integer.toString(VERSION), json.path("version"));
    }
    return new TrainingRecord(
        read(file, json, "plan", TrainingPlan.class),
        json.path("data").asString(""),
        json.path("config"),
        read(file, json, "state", TrainingState.class));
  }

  private static <T> T read(String file, ObjectNode json, String key, Class<T> type) {
    if (!json.path(key).isObject()) {
      throw CheckpointException.of(file, key, "an object", json.path(key));
    }
    try {
      return MAPPER.treeToValue(json.path(key), type);
    } catch (JacksonException e) {
      throw new CheckpointException(
          "%s: %s: cannot be understood: %s".formatted(file, key, e.getOriginalMessage()), e);
    }
  }

  /**
   * Refuses to go on with another plan, other data or another model: what came out would be neither
   * training.
   *
   * @param file the checkpoint's, for the message
   * @throws CheckpointException naming the first thing that differs
   */
  public void requireSame(
      String file, TrainingPlan wanted, String wantedData, ObjectNode wantedConfig) {
    // Data first: what says that adapters are trained, or not, is there, and more follows from it.
    if (!data.equals(wantedData)) {
      throw CheckpointException.of(file, "data", data, wantedData);
    }
    requireNone(
        file, Difference.within("plan", MAPPER.valueToTree(plan), MAPPER.valueToTree(wanted)));
    if (config.isObject()) {
      // Through text: numbers are then of the types that they have when they are read.
      ObjectNode given = Json.readObject("config", Json.toBytes(wantedConfig));
      requireNone(file, Difference.between("config", config, given, Set.of()));
    }
  }

  private static void requireNone(String file, Optional<Difference> difference) {
    if (difference.isPresent()) {
      Difference found = difference.get();
      throw CheckpointException.of(
          file,
          found.key(),
          found.first().isMissingNode()
              ? "no such key, as the training began without it"
              : found.first() + ", with which the training began",
          found.found());
    }
  }
}
