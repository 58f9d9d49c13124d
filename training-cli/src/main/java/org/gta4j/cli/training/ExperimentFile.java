package org.gta4j.cli.training;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.gta4j.checkpoint.CheckpointException;
import org.gta4j.checkpoint.ConfigFile;
import org.gta4j.cli.Similar;
import org.gta4j.model.ModelConfig;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads an experiment's YAML file. Every mistake in it is found before anything is trained: keys
 * that nobody reads too, which would else change nothing without a word.
 */
final class ExperimentFile {
  private static final List<String> KEYS =
      List.of(
          "data",
          "validation",
          "field",
          "tokenizer",
          "steps",
          "batch-tokens",
          "micro-tokens",
          "sequence",
          "learning-rate",
          "warmup",
          "weight-decay",
          "dropout",
          "dtype",
          "recompute",
          "validate-every",
          "save-every",
          "seeds",
          "parameters",
          "model",
          "variants");

  /** What follows from the budget and the tokenizer. */
  static final Set<String> FOLLOWING =
      Set.of("intermediate_size", "vocab_size", "bos_token_id", "eos_token_id", "pad_token_id");

  private static final String NAME = "[A-Za-z0-9][A-Za-z0-9._-]{0,60}";

  private final String file;
  private final ConfigFile root;

  private ExperimentFile(String file, ConfigFile root) {
    this.file = file;
    this.root = root;
  }

  /**
   * Reads a file.
   *
   * @throws CheckpointException naming the key, what was expected and what was found
   * @throws IllegalArgumentException if there is no such file, or it is no YAML
   */
  static Experiment read(Path path) {
    ObjectNode json = YamlFile.read(path);
    return new ExperimentFile(path.toString(), ConfigFile.of(path.toString(), json)).read(json);
  }

  private Experiment read(ObjectNode json) {
    for (String key : json.propertyNames()) {
      if (!KEYS.contains(key)) {
        throw new CheckpointException(
            "%s: %s: there is no such key%s; keys are %s"
                .formatted(
                    file,
                    key,
                    Similar.to(key, KEYS).map("; did you mean %s?"::formatted).orElse(""),
                    String.join(", ", KEYS)));
      }
    }
    int sequence = root.size("sequence", 512);
    Schedule schedule = schedule();
    try {
      schedule.plan(sequence, 0);
    } catch (IllegalArgumentException e) {
      throw new CheckpointException(file + ": " + e.getMessage(), e);
    }
    return new Experiment(
        file,
        new Experiment.Texts(
            files("data"), files("validation"), root.text("field"), root.text("tokenizer")),
        schedule,
        sequence,
        root.size("validate-every", 100),
        root.size("save-every", 100),
        new ParameterBudget(root.size("parameters")),
        seeds(),
        variants(sequence));
  }

  private List<String> files(String key) {
    return root.has(key) && root.json().path(key).isString()
        ? List.of(root.text(key).orElseThrow())
        : root.texts(key);
  }

  private Schedule schedule() {
    Recipe recipe = Recipe.of("");
    try {
      return new Schedule(
          root.size("steps"),
          root.size("batch-tokens", 8192),
          root.size("micro-tokens", 2048),
          root.number("learning-rate", recipe.learningRate()),
          root.number("warmup", recipe.warmup()),
          root.number("weight-decay", recipe.weightDecay()),
          recipe.beta1(),
          recipe.beta2(),
          root.number("dropout", 0),
          Schedule.precision(root.text("dtype").orElse("f32")),
          root.flag("recompute", false));
    } catch (IllegalArgumentException e) {
      throw new CheckpointException(file + ": " + e.getMessage(), e);
    }
  }

  private List<Long> seeds() {
    Set<Long> seeds = new LinkedHashSet<>();
    List<Double> numbers = root.has("seeds") ? root.numbers("seeds") : List.of(0.0);
    for (double number : numbers) {
      if (number < 0 || number != Math.rint(number) || number > 1L << 53) {
        throw root.wrong("seeds", "a list of integers from 0 on", number);
      }
      if (!seeds.add((long) number)) {
        throw root.wrong("seeds", "different ones", "%.0f twice".formatted(number));
      }
    }
    if (seeds.isEmpty()) {
      throw root.wrong("seeds", "at least one", "none");
    }
    return List.copyOf(seeds);
  }

  private List<Experiment.Variant> variants(int sequence) {
    ObjectNode shared = root.object("model").map(ConfigFile::json).orElseGet(this::noModel);
    refuseFollowing("model", shared);
    JsonNode list = root.json().path("variants");
    if (!list.isArray() || list.isEmpty()) {
      throw root.wrong("variants", "a list of variants, each with its name", list);
    }
    List<Experiment.Variant> variants = new ArrayList<>();
    Set<String> names = new LinkedHashSet<>();
    Set<String> unread = new TreeSet<>(shared.propertyNames());
    for (JsonNode entry : list) {
      Experiment.Variant variant = variant(entry, shared);
      if (!names.add(variant.name())) {
        throw root.wrong("variants", "a name for each", variant.name() + " twice");
      }
      String where = file + ": " + variant.name();
      ModelConfig config = ModelConfig.read(ConfigFile.of(where, sized(variant.keys())));
      if (sequence > config.contextLength()) {
        throw root.wrong(
            "sequence",
            "at most %s's max_position_embeddings, %d"
                .formatted(variant.name(), config.contextLength()),
            sequence);
      }
      for (String key : entry.propertyNames()) {
        if (!key.equals("name") && !isRead(variant.keys(), key)) {
          throw new CheckpointException("%s: %s: this model has no such key".formatted(where, key));
        }
      }
      unread.removeIf(key -> entry.has(key) || isRead(variant.keys(), key));
      variants.add(variant);
    }
    if (!unread.isEmpty()) {
      throw new CheckpointException(
          "%s: model: %s: no variant has such a key".formatted(file, unread.iterator().next()));
    }
    return variants;
  }

  private ObjectNode noModel() {
    throw root.wrong(
        "model", "config.json's keys that all variants share, such as hidden_size", "nothing");
  }

  private Experiment.Variant variant(JsonNode entry, ObjectNode shared) {
    if (!(entry instanceof ObjectNode object)) {
      throw root.wrong("variants", "a name and config.json's keys for each", entry);
    }
    String name = ConfigFile.of(file + ": variants", object).text("name").orElse("");
    if (!name.matches(NAME)) {
      throw root.wrong("variants", "a name of letters, digits, '-', '_' and '.' for each", entry);
    }
    refuseFollowing(name, object);
    ObjectNode keys = shared.deepCopy();
    for (Map.Entry<String, JsonNode> key : object.properties()) {
      if (!key.getKey().equals("name")) {
        keys.set(key.getKey(), key.getValue());
      }
    }
    return new Experiment.Variant(name, keys);
  }

  private void refuseFollowing(String where, ObjectNode keys) {
    for (String key : keys.propertyNames()) {
      if (FOLLOWING.contains(key)) {
        throw new CheckpointException(
            "%s: %s: %s: expected no such key, since it follows from %s"
                .formatted(
                    file,
                    where,
                    key,
                    key.equals("intermediate_size") ? "'parameters'" : "the tokenizer"));
      }
    }
  }

  /** With sizes that are not known yet. */
  private static ObjectNode sized(ObjectNode keys) {
    return keys.deepCopy().put("vocab_size", 1).put("intermediate_size", 1);
  }

  /** Whether anybody looks at a key: then what makes no sense there is refused. */
  private static boolean isRead(ObjectNode keys, String key) {
    ObjectNode changed = sized(keys);
    changed.putArray(key).addObject();
    try {
      ModelConfig.read(ConfigFile.of(key, changed));
      return false;
    } catch (CheckpointException e) {
      return true;
    }
  }
}
