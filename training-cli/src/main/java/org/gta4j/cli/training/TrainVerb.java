package org.gta4j.cli.training;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.gta4j.checkpoint.ConfigFile;
import org.gta4j.cli.Check;
import org.gta4j.cli.RefusedException;
import org.gta4j.cli.Setting;
import org.gta4j.cli.Terminal;
import org.gta4j.cli.UsageException;
import org.gta4j.cli.Verb;
import org.gta4j.cli.training.report.SamplePlan;
import org.gta4j.model.ModelConfig;
import org.gta4j.model.Preset;
import org.gta4j.tokenizer.Llama2cTokenizer;
import org.gta4j.tokenizer.Tokenizer;
import org.gta4j.train.batch.Batches;
import org.gta4j.train.batch.TokenBatches;
import org.gta4j.train.run.Trainer;
import org.gta4j.train.run.TrainingPlan;
import org.gta4j.train.teacher.TaughtBatches;
import tools.jackson.databind.node.ObjectNode;

/** {@code gta train}. */
final class TrainVerb extends Verb {
  private final Setting<String> preset =
      Setting.text(
          "--preset",
          "NAME",
          "A shape with a name, such as gta-tiny; its vocabulary becomes the tokenizer's.");
  private final Setting<String> config =
      Setting.text("--config", "FILE", "Or a config.json; the tokenizer must fit it.");
  private final TextOptions data =
      TextOptions.ofTextsOr(
          "Or one folder that 'gta data prepare' made, or one file that 'gta data teach' wrote.");
  private final Setting<Double> teacherPart =
      Setting.number(
          "--teacher-part",
          "X",
          "Of a taught file: how much of each target is the teacher's, 0 to 1 (default: 0.7).");
  private final Setting<List<String>> held =
      Setting.texts("--validation", "FILE", "A text that is not learned, to measure the loss on.");
  private final Setting<String> tokenizer =
      Setting.required(
          "--tokenizer", "PATH", "A tokenizer's file, or a folder with one, such as a model's.");
  private final Setting<String> out =
      Setting.required("--out", "FOLDER", "Where model, checkpoints and metrics.jsonl go.");
  private final Setting<Long> steps = Setting.wide("--steps", "N", "Steps (default: 1000).");
  private final Setting<Integer> batchTokens =
      Setting.integer("--batch-tokens", "N", "Tokens a step, about (default: 8192).");
  private final Setting<Integer> sequence =
      Setting.integer("--sequence", "N", "Tokens a sequence (default: the context, at most 512).");
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
  private final SampleOptions samples = new SampleOptions();
  private final Setting<Boolean> resume =
      Setting.flag("--resume", "Go on from the newest checkpoint in --out.");
  private final Setting<Double> learningRate =
      Setting.number(
          "--learning-rate", "X", "The highest (default: what the shape's trainers published).");
  private final Setting<Double> warmup =
      Setting.number("--warmup", "PART", "Part of the steps in which it rises.");
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

  private final WorkerOptions workers = new WorkerOptions();
  private final List<String> arguments;

  /**
   * The verb.
   *
   * @param arguments of the command, with which other processes can be started
   */
  @SuppressWarnings("this-escape") // picocli keeps it, and looks at it when a command is parsed
  TrainVerb(String... arguments) {
    super(
        "train",
        "[FILE.yaml] --preset NAME --data FILE --tokenizer PATH --out FOLDER [OPTION]...",
        List.of(
            "Trains a model from scratch. A YAML file may hold the options under their names.",
            "Ctrl-C ends it after the step it is at, and saves; --resume goes on from there, bit for bit."),
        List.of(
            "gta train --preset gta-tiny --data stories.txt --tokenizer tokenizer.json --out stories",
            "gta train --resume --preset gta-tiny --data stories.txt --tokenizer tokenizer.json --out stories",
            "gta train stories.yaml --steps 2000"));
    add(preset, config);
    data.addTo(this);
    add(teacherPart, held, tokenizer, out, steps, batchTokens, sequence, micro, seed);
    add(saveEvery, keep, validateEvery, resume, learningRate, warmup, weightDecay, dropout);
    add(dtype, recompute, threads);
    samples.addTo(this);
    workers.addTo(this);
    addHelp();
    this.arguments = List.of(arguments);
  }

  @Override
  public void run(Terminal terminal) {
    TextTokens texts = data.texts();
    try (Team team = workers.team(arguments)) {
      run(terminal, team, texts);
    }
  }

  private void run(Terminal terminal, Team team, TextTokens texts) {
    Path folder = Check.path(out);
    if (team.rank() == 0) {
      requireFolder(folder);
    }
    TokenizerFiles words = TokenizerFiles.read(Check.path(tokenizer));
    ModelConfig model = model(words);
    int length = Check.count(sequence, 1, Math.min(512, model.contextLength()));
    if (length > model.contextLength()) {
      throw new RefusedException(
          "--sequence %d is more than the model's context of %d tokens"
              .formatted(length, model.contextLength()));
    }
    Optional<SamplePlan> shown = samples.plan(words.tokenizer(), model, held.isGiven());
    TrainingPlan plan = plan(length);
    workers.requireWork(plan);
    int all = Check.count(threads, 1, Runtime.getRuntime().availableProcessors());
    Tokenizer tokens = words.tokenizer();
    Optional<Trainer.Validation> validation =
        held.value()
            .map(files ->
                validation(
                    new TokenBatches(
                        data.texts("--validation", files).read(terminal, tokens, length),
                        length,
                        0)));
    try (Batches batches = learned(terminal, texts, words, length, plan.seed());
        TrainingSession session =
            new TrainingSession(
                new TrainingSession.Settings(
                    folder,
                    Check.count(keep, 1, 2),
                    positive(saveEvery, 100),
                    Math.max(1, all / team.here()),
                    shown),
                plan,
                model,
                words.files(),
                batches,
                validation)) {
      session.run(terminal, resume.isGiven(), team);
    }
  }

  /** What would be lost or mixed up is refused before anything is read. */
  private void requireFolder(Path folder) {
    if (Files.exists(folder) && !Files.isDirectory(folder)) {
      throw new RefusedException("--out: %s is a file".formatted(folder));
    }
    boolean begun =
        Files.exists(folder.resolve(TrainingSession.CHECKPOINTS))
            || Files.exists(folder.resolve("config.json"));
    if (begun && !resume.isGiven()) {
      throw new RefusedException(
          "--out: %s holds a training or a model already: go on with --resume, or choose another folder"
              .formatted(folder));
    }
  }

  private Batches learned(
      Terminal terminal, TextTokens texts, TokenizerFiles words, int length, long order) {
    List<String> files = texts.files();
    if (files.size() == 1 && files.getFirst().endsWith(".safetensors")) {
      try {
        return TaughtBatches.read(Path.of(files.getFirst()), length, order, teacherPart.or(0.7));
      } catch (IllegalArgumentException e) {
        throw new RefusedException("--data: %s: %s".formatted(files.getFirst(), e.getMessage()), e);
      }
    }
    if (teacherPart.isGiven()) {
      throw UsageException.of(
          "--teacher-part", "--data with one file that gta data teach wrote", files);
    }
    Path first = Path.of(files.getFirst());
    if (files.size() == 1 && Files.isDirectory(first)) {
      ShardTokens tokens = ShardTokens.open("--data", first, words);
      try {
        return new TokenBatches(tokens, length, order);
      } catch (IllegalArgumentException e) {
        tokens.close();
        throw new RefusedException("--data: %s: %s".formatted(first, e.getMessage()), e);
      }
    }
    return new TokenBatches(texts.read(terminal, words.tokenizer(), length), length, order);
  }

  private Trainer.Validation validation(TokenBatches batches) {
    return new Trainer.Validation(
        batches,
        (int) Math.min(batches.sequencesPerEpoch(), 1 << 12),
        positive(validateEvery, 100));
  }

  private static long positive(Setting<Long> option, long absent) {
    long value = option.or(absent);
    if (value < 1) {
      throw UsageException.of(option.name(), "an integer from 1 on", value);
    }
    return value;
  }

  private ModelConfig model(TokenizerFiles words) {
    if (preset.isGiven() == config.isGiven()) {
      throw UsageException.of(
          "--preset or --config", "one of the two", preset.isGiven() ? "both" : "none");
    }
    if (config.isGiven()) {
      ModelConfig model = ModelConfig.read(ConfigFile.read(Check.path(config)));
      Tokenizer tokens = words.tokenizer();
      if (tokens.size() > model.vocabSize()
          || (tokens instanceof Llama2cTokenizer && tokens.size() != model.vocabSize())) {
        throw new RefusedException(
            "--tokenizer: it has %d tokens, and %s has room for %d (vocab_size)"
                .formatted(words.tokenizer().size(), config.or(""), model.vocabSize()));
      }
      return model;
    }
    ObjectNode json;
    try {
      json = Preset.named(preset.or("")).config().json().deepCopy();
    } catch (IllegalArgumentException e) {
      throw new UsageException("--preset: " + e.getMessage());
    }
    words.fit(json);
    return ModelConfig.read(ConfigFile.of("preset " + preset.or(""), json));
  }

  private TrainingPlan plan(int length) {
    Recipe recipe = Recipe.of(preset.or(""));
    long count = positive(steps, 1000);
    int tokens = Check.count(batchTokens, 1, 8192);
    int atOnce = Check.count(micro, 1, 2048);
    try {
      return new Schedule(
              count,
              tokens,
              atOnce,
              learningRate.or(recipe.learningRate()),
              warmup.or(recipe.warmup()),
              weightDecay.or(recipe.weightDecay()),
              recipe.beta1(),
              recipe.beta2(),
              dropout.or(0.0),
              Schedule.precision(dtype.or("f32")),
              recompute.or(false))
          .plan(length, seed.or(0L));
    } catch (IllegalArgumentException e) {
      throw UsageException.of(e);
    }
  }
}
