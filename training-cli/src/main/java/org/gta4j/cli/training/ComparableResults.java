package org.gta4j.cli.training;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.gta4j.checkpoint.CheckpointException;

/**
 * Makes sure that results of an experiment, wherever they are from, may stand beside each other.
 */
final class ComparableResults {
  private final Optional<ParameterBudget> budget;
  private final Map<String, Seen> seen = new HashMap<>();

  private record Seen(Path file, String value) {}

  /** Of models with that budget, where it is known. */
  ComparableResults(Optional<ParameterBudget> budget) {
    this.budget = budget;
  }

  /**
   * Takes one more.
   *
   * @param file where it is, for messages
   * @param seed of its order of the data
   * @throws CheckpointException if it was measured on another text than those before, learned
   *     another one than those of its seed, or has another vocabulary or other parameters
   */
  void add(Path file, long seed, RunResult result) {
    require(file, "settings.validation", "", text(result, "validation"));
    require(file, "settings.data", " of seed " + seed, text(result, "data"));
    require(file, "steps", "", Long.toString(result.steps()));
    require(file, "tokens", "", Long.toString(result.tokens()));
    require(file, "settings.config.vocab_size", "", Integer.toString(result.config().vocabSize()));
    long found = result.config().parameters();
    if (budget.isPresent() && !budget.get().fits(found)) {
      throw CheckpointException.of(
          file.toString(),
          "settings.config",
          "a model of %,d parameters".formatted(budget.get().parameters()),
          "one of %,d".formatted(found));
    }
  }

  private static String text(RunResult result, String key) {
    return result.settings().path(key).asString("nothing");
  }

  private void require(Path file, String key, String part, String value) {
    Seen first = seen.computeIfAbsent(key + part, of -> new Seen(file, value));
    if (!first.value().equals(value)) {
      throw CheckpointException.of(
          file.toString(),
          key,
          "%s as in %s".formatted(first.value(), first.file()),
          value + ": they cannot be compared; move one of them away");
    }
  }
}
