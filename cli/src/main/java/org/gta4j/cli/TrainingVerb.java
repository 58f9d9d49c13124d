package org.gta4j.cli;

import java.util.List;

/**
 * A verb of another application than this module's: it makes data, tokenizers or models, or runs in
 * Spark. Such applications have libraries that nobody should have to load for a question to a
 * model; {@code ./gta} starts the right one. The help text of all verbs is this module's, so it
 * knows their names.
 *
 * @param name the verb, or the first word of its verbs, as the launcher knows it too
 * @param description what it does, in one line
 */
public record TrainingVerb(String name, String description) {
  /** All that there are, in the order in which the help text lists them. */
  public static final List<TrainingVerb> ALL =
      List.of(
          new TrainingVerb("train", "Trains a model from scratch."),
          new TrainingVerb("finetune", "Trains a model further, on chats or texts."),
          new TrainingVerb("experiment", "Trains attention variants alike and compares them."),
          new TrainingVerb(
              "report", "Writes a page of a training, an experiment or an evaluation."),
          new TrainingVerb("data", "Prepares what models learn from."),
          new TrainingVerb("tokenizer", "Makes tokenizers."),
          new TrainingVerb("spark", "Generates, scores, tokenizes and evaluates in Apache Spark."));

  /** The one of that name, which must be one of {@link #ALL}. */
  public static TrainingVerb named(String name) {
    return ALL.stream().filter(verb -> verb.name().equals(name)).findFirst().orElseThrow();
  }
}
