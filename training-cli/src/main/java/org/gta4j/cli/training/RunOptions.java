package org.gta4j.cli.training;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.gta4j.chat.ChatTemplates;
import org.gta4j.cli.Check;
import org.gta4j.cli.RefusedException;
import org.gta4j.cli.Setting;
import org.gta4j.cli.Terminal;
import org.gta4j.cli.UsageException;
import org.gta4j.cli.Verb;
import org.gta4j.cli.training.report.SamplePlan;
import org.gta4j.model.ModelConfig;
import org.gta4j.tokenizer.Tokenizer;
import org.gta4j.train.batch.Batches;
import org.gta4j.train.run.Trainer;
import org.gta4j.train.run.TrainingPlan;

/** The options of all trainings, whatever they begin with and whatever is learned. */
final class RunOptions {
  /** Sequences that a validation reads at most. */
  private static final long MOST_VALIDATED = 1 << 12;

  private final Setting<String> out =
      Setting.required("--out", "FOLDER", "Where model, checkpoints and metrics.jsonl go.");
  private final Setting<Integer> batchTokens =
      Setting.integer("--batch-tokens", "N", "Tokens a step, about (default: 8192).");
  private final Setting<Integer> micro =
      Setting.integer(
          "--micro-tokens",
          "N",
          "Tokens that a thread computes at once: less memory, same result but for rounding (default: 2048).");
  private final Setting<Long> seed =
      Setting.wide("--seed", "N", "Of first weights, order and dropout (default: 0).");
  private final Setting<Long> saveEvery =
      Setting.wide("--save-every", "N", "Steps between checkpoints (default: 100).");
  private final Setting<Integer> keep =
      Setting.integer("--keep", "N", "Newest checkpoints kept, beside the best (default: 2).");
  private final Setting<Long> validateEvery =
      Setting.wide("--validate-every", "N", "Steps between validations (default: 100).");
  private final Setting<Boolean> resume =
      Setting.flag("--resume", "Go on from the newest checkpoint in --out.");
  private final Setting<Double> learningRate;
  private final Setting<Double> warmup =
      Setting.number(
          "--warmup",
          "PART",
          "Part of the steps in which it rises (default: the recipe's, at most a tenth).");
  private final Setting<Double> weightDecay =
      Setting.number("--weight-decay", "X", "Of matrices, AdamW's.");
  private final Setting<Double> dropout =
      Setting.number("--dropout", "P", "Probability to drop a number (default: 0).");
  private final Setting<String> dtype =
      Setting.text("--dtype", "TYPE", "Of matrix products: f32 or bf16 (default: f32).");
  private final Setting<Boolean> recompute =
      Setting.flag(
          "--recompute", "Compute layers twice instead of keeping what they need: less memory.");
  private final Setting<Integer> threads =
      Setting.integer(
          "--threads",
          "N",
          "Batches computed side by side on this machine, which does not change the result (default: one a core).");
  private final SampleOptions samples = new SampleOptions();
  private final WorkerOptions workers = new WorkerOptions();

  /**
   * The options.
   *
   * @param usualRate the learning rate where nobody chooses one, in words
   */
  RunOptions(String usualRate) {
    learningRate =
        Setting.number("--learning-rate", "X", "The highest (default: %s).".formatted(usualRate));
  }

  void addTo(Verb verb) {
    verb.add(out, batchTokens, micro, seed, saveEvery, keep, validateEvery, resume, learningRate);
    verb.add(warmup, weightDecay, dropout, dtype, recompute, threads);
    samples.addTo(verb);
    workers.addTo(verb);
  }

  /**
   * Trains: in this process, or in others that it starts, each with the same command.
   *
   * @param arguments of the command
   * @param training what this process does as one of a team
   * @throws UsageException if the options contradict each other
   */
  void train(Terminal terminal, List<String> arguments, Consumer<Team> training) {
    Optional<Launcher.Layout> layout = workers.layout();
    if (layout.isEmpty()) {
      training.accept(workers.team());
      return;
    }
    int exit = new Launcher(terminal, arguments, layout.get(), Check.path(out)).run();
    if (exit != 0) {
      System.exit(exit); // a worker has said why
    }
  }

  /**
   * Where everything goes; number 0 of a team looks what is there before anything is read.
   *
   * @throws RefusedException if something would be lost or mixed up there
   */
  Path folder(Team team) {
    Path folder = Check.path(out);
    if (team.rank() == 0) {
      requireFolder(folder);
    }
    return folder;
  }

  private void requireFolder(Path folder) {
    Check.requireFolder(out, folder);
    boolean begun =
        Files.exists(folder.resolve(TrainingSession.CHECKPOINTS))
            || Files.exists(folder.resolve("config.json"));
    if (begun && !isResumed()) {
      throw new RefusedException(
          "--out: %s holds a training or a model already: go on with --resume, or choose another folder"
              .formatted(folder));
    }
  }

  /** Whether it goes on from a checkpoint, if there is one. */
  boolean isResumed() {
    return resume.isGiven();
  }

  /** Tokens a step, about. */
  int batchTokens() {
    return Check.count(batchTokens, 1, 8192);
  }

  /**
   * Whether and when the model shows what it writes.
   *
   * @param validated whether there is any validation
   * @param chats how a model of chats is asked
   */
  Optional<SamplePlan> samples(
      Tokenizer tokenizer, ModelConfig model, boolean validated, Optional<ChatTemplates> chats) {
    return samples.plan(tokenizer, model, validated, chats);
  }

  /** What does not change the result. */
  TrainingSession.Settings settings(Path folder, Team team, Optional<SamplePlan> shown) {
    int all = Check.count(threads, 1, Runtime.getRuntime().availableProcessors());
    return new TrainingSession.Settings(
        folder,
        Check.count(keep, 1, 2),
        positive(saveEvery, 100),
        Math.max(1, all / team.here()),
        shown,
        team.division());
  }

  /** Measuring the loss on held-out sequences. */
  Trainer.Validation validation(Batches batches) {
    return new Trainer.Validation(
        batches,
        (int) Math.min(batches.sequencesPerEpoch(), MOST_VALIDATED),
        positive(validateEvery, 100));
  }

  /**
   * The plan for sequences of different lengths.
   *
   * @param recipe what counts where nobody chooses
   * @param usual the sequences' mean length
   * @param longest of all sequences
   * @param most sequences of a step
   * @throws UsageException if a number makes no sense
   * @throws RefusedException if there are more workers than batches
   */
  TrainingPlan plan(Recipe recipe, long steps, int usual, int longest, long most) {
    TrainingPlan plan;
    try {
      plan = schedule(recipe, steps).plan(usual, longest, most, seed.or(0L));
    } catch (IllegalArgumentException e) {
      throw UsageException.of(e);
    }
    workers.requireWork(plan);
    return plan;
  }

  private Schedule schedule(Recipe recipe, long steps) {
    return new Schedule(
        steps,
        batchTokens(),
        Check.count(micro, 1, 2048),
        learningRate.or(recipe.learningRate()),
        warmup.or(recipe.warmup(steps)),
        weightDecay.or(recipe.weightDecay()),
        recipe.beta1(),
        recipe.beta2(),
        dropout.or(0.0),
        Schedule.precision(dtype.or("f32")),
        recompute.or(false));
  }

  /** A count of at least 1; {@code absent} where none was given. */
  static long positive(Setting<Long> option, long absent) {
    long value = option.or(absent);
    if (value < 1) {
      throw UsageException.of(option.name(), "an integer from 1 on", value);
    }
    return value;
  }
}
