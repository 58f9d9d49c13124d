package org.gta4j.tokenizer;

import org.gta4j.checkpoint.CheckpointException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A token that is sought in texts before they are cut into words: an entry of {@code
 * tokenizer.json}'s {@code added_tokens}.
 *
 * @param name what is sought
 * @param id its number
 * @param special whether it steers the model instead of standing for text
 * @param left whether spaces before it belong to it
 * @param right whether spaces behind it do
 * @param normalized whether it is sought after normalizing
 */
public record AddedToken(
    String name, int id, boolean special, boolean left, boolean right, boolean normalized) {
  /** The list's key. */
  public static final String KEY = "added_tokens";

  /** A token that is sought as it is written. */
  public static AddedToken exact(String name, int id, boolean special) {
    return new AddedToken(name, id, special, false, false, false);
  }

  /**
   * Reads an entry.
   *
   * @param file its name, for errors
   * @throws CheckpointException if it has no id and name, or is sought as a whole word only
   */
  public static AddedToken read(String file, JsonNode entry) {
    JsonNode id = entry.path("id");
    String name = entry.path("content").asString("");
    if (!id.isNumber()
        || id.doubleValue() != Math.rint(id.doubleValue())
        || id.doubleValue() < 0
        || id.doubleValue() >= TokenizerJsonFile.MAX_TOKENS
        || name.isEmpty()) {
      throw CheckpointException.of(file, KEY, "objects with an \"id\" and a \"content\"", entry);
    }
    if (entry.path("single_word").asBoolean(false)) {
      throw CheckpointException.of(file, KEY, "\"single_word\": false", entry);
    }
    return new AddedToken(
        name,
        (int) id.doubleValue(),
        entry.path("special").asBoolean(false),
        entry.path("lstrip").asBoolean(false),
        entry.path("rstrip").asBoolean(false),
        entry.path("normalized").asBoolean(false));
  }

  /** Writes it as the list's next entry. */
  public void addTo(ArrayNode list) {
    ObjectNode entry = list.addObject().put("id", id).put("content", name);
    entry.put("single_word", false).put("lstrip", left).put("rstrip", right);
    entry.put("normalized", normalized).put("special", special);
  }
}
