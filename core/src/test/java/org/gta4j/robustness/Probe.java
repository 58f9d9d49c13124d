package org.gta4j.robustness;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.gta4j.cache.CacheType;
import org.gta4j.checkpoint.Checkpoint;
import org.gta4j.checkpoint.CheckpointException;
import org.gta4j.generate.Generation;
import org.gta4j.generate.LanguageModel;
import org.gta4j.generate.LoadOptions;
import org.gta4j.generate.ModelOutputException;
import org.gta4j.generate.Request;
import org.gta4j.generate.Sampling;
import org.gta4j.model.ModelConfig;

/**
 * Loads a model and generates a few tokens with it: either that works, or it is refused as this
 * library refuses things.
 */
final class Probe {
  /** What became of a model. */
  enum Outcome {
    /** It was loaded, and computed something. */
    RAN,
    /** It was refused at loading. */
    REFUSED,
    /** What it computed was refused, or what was asked of it. */
    REFUSED_RUNNING
  }

  /** Something is expected of a field of a file, and something else was found. */
  private static final Pattern FIELD = Pattern.compile(": .+: expected .+, found .*\\S.*");

  /** The file as a whole is not there or not readable: there is no field to name. */
  private static final Pattern WHOLE =
      Pattern.compile(
          ": (there is no such file( or folder)?|it cannot be read: .+"
              + "|expected a file, found (a folder|a pipe or a device))");

  private static final Pattern NUMBERS =
      Pattern.compile(": .+: expected .+, found .+; its logits are not finite numbers .+");

  /** What a caller asked for that this model cannot give. */
  private static final Pattern REQUEST =
      Pattern.compile(
          "the prompt has \\d+ tokens, the context has room for \\d+ with .+"
              + "|token id \\d+ is out of range: the vocabulary has \\d+ tokens.*");

  private Probe() {}

  /**
   * Tries a model.
   *
   * @param folder the folder that is or holds the model
   * @throws AssertionError if it neither works nor is refused in one proper sentence
   */
  static Outcome run(Path model, Path folder, Chance chance) {
    LoadOptions options =
        new LoadOptions(
            chance.oneOf("scalar", "vector"),
            chance.oneOf(1, 1, 2),
            chance.oneOf(CacheType.values()),
            chance.onceIn(4) ? Optional.of(40) : Optional.empty());
    LanguageModel loaded;
    if (chance.onceIn(5)) {
      try (Checkpoint checkpoint = Checkpoint.open(model)) {
        ModelConfig config = ModelConfig.read(checkpoint.config());
        if (config.parameters() < 1) {
          throw new AssertionError("a model of %d parameters".formatted(config.parameters()));
        }
        config.requireTensors(checkpoint.weights());
      } catch (CheckpointException e) {
        requireSentence(e, folder + ".*(" + FIELD + "|" + WHOLE + ")");
      }
    }
    try {
      loaded = LanguageModel.load(model, options);
    } catch (CheckpointException e) {
      requireSentence(e, folder + ".*(" + FIELD + "|" + WHOLE + ")");
      return Outcome.REFUSED;
    }
    try (loaded) {
      return generate(loaded, folder, chance);
    }
  }

  private static Outcome generate(LanguageModel model, Path folder, Chance chance) {
    Sampling sampling =
        chance.onceIn(2) ? Sampling.greedy() : new Sampling(0.8, 5, 0.9, 0.01, 1.1, 1);
    int vocabulary = model.config().vocabSize();
    try {
      int[] prompt =
          model.tokenizer().isPresent() && chance.onceIn(2)
              ? model.encode("abc \u00e9\n")
              : new int[] {1, 2, Math.min(3, vocabulary - 1)};
      Request request = new Request(prompt, 4, sampling, List.of(), chance.onceIn(2));
      Generation generation = model.generate(request, text -> {});
      int[] ids = generation.ids();
      if (ids.length < 1 || ids.length > 4 || generation.finish().isEmpty()) {
        throw new AssertionError("generated %d ids of 4".formatted(ids.length));
      }
      for (int id : ids) {
        if (id < 0 || id >= vocabulary) {
          throw new AssertionError("generated id %d of %d".formatted(id, vocabulary));
        }
      }
      if (chance.onceIn(3)) {
        model.score(prompt, (position, logits, row) -> {}, (index, hidden, rows) -> {});
      }
      return Outcome.RAN;
    } catch (ModelOutputException e) {
      requireSentence(e, folder + ".*" + NUMBERS);
    } catch (IllegalArgumentException e) {
      requireSentence(e, REQUEST.pattern());
    }
    return Outcome.REFUSED_RUNNING;
  }

  private static void requireSentence(RuntimeException e, String pattern) {
    String message = String.valueOf(e.getMessage());
    boolean printable =
        message.codePoints().noneMatch(c -> Character.isISOControl(c) || c == '\u2028');
    if (!printable || message.length() > 1_000 || !message.matches(pattern)) {
      throw new AssertionError("not one proper sentence: " + message, e);
    }
  }
}
