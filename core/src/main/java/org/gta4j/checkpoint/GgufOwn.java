package org.gta4j.checkpoint;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import tools.jackson.databind.node.ObjectNode;

/**
 * GGUF files of models that no architecture of llama.cpp describes: of an architecture of our own,
 * whose metadata have {@code config.json} as a text, and whose tensors have Hugging Face's names. A
 * few sizes stand under the keys that people look for as well; they must say the same.
 */
public final class GgufOwn {
  /** The value of {@code general.architecture}, and what its keys begin with. */
  public static final String ARCHITECTURE = "gta4j";

  /** The metadata key that names a file's architecture. */
  public static final String ARCHITECTURE_KEY = "general.architecture";

  private static final String CONFIG = ARCHITECTURE + ".config";

  /** Keys, and the keys of the configuration that they repeat. */
  private static final SequencedMap<String, String> REPEATED = new LinkedHashMap<>();

  static {
    REPEATED.put("block_count", "num_hidden_layers");
    REPEATED.put("embedding_length", "hidden_size");
    REPEATED.put("feed_forward_length", "intermediate_size");
    REPEATED.put("vocab_size", "vocab_size");
    REPEATED.put("attention.head_count", "num_attention_heads");
  }

  private GgufOwn() {}

  /** The metadata that say what a configuration says. */
  public static GgufPairs describe(ConfigFile config) {
    GgufPairs pairs = new GgufPairs();
    REPEATED.forEach((key, repeated) ->
        config.optionalSize(repeated).ifPresent(size -> pairs.put(ARCHITECTURE + "." + key, size)));
    String json = new String(Json.toCompactBytes(config.json()), StandardCharsets.UTF_8);
    return pairs.put(CONFIG, json);
  }

  /** Whether a file is of this architecture. */
  static boolean is(GgufMetadata metadata) {
    return metadata.text(ARCHITECTURE_KEY).filter(ARCHITECTURE::equals).isPresent();
  }

  /**
   * The configuration in a file.
   *
   * @throws CheckpointException if it is missing or damaged, or other keys contradict it
   */
  static ConfigFile config(GgufMetadata metadata) {
    String text =
        metadata
            .text(CONFIG)
            .orElseThrow(() -> metadata.wrong(CONFIG, "the model's config.json", "no such key"));
    ObjectNode json =
        Json.readObject(metadata.file() + ": " + CONFIG, text.getBytes(StandardCharsets.UTF_8));
    ConfigFile config = ConfigFile.of(metadata.file(), json);
    REPEATED.forEach((key, repeated) -> {
      String name = ARCHITECTURE + "." + key;
      metadata
          .integer(name, 0, Integer.MAX_VALUE)
          .ifPresent(size -> {
            if (size != config.size(repeated)) {
              throw metadata.wrong(
                  name,
                  "%d, as %s says under %s".formatted(config.size(repeated), CONFIG, repeated),
                  size);
            }
          });
    });
    return config;
  }
}
