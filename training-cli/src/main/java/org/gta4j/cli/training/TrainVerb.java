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
import org.gta4j.cli.data.TextOptions;
import org.gta4j.cli.data.TokenizerFiles;
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
  private final Setting<Long> steps = Setting.wide("--steps", "N", "Steps (default: 1000).");
  private final Setting<Integer> sequence =
      Setting.integer("--sequence", "N", "Tokens a sequence (default: the context, at most 512).");

  private final RunOptions run = new RunOptions("what the shape's trainers published");
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
            "Ctrl-C ends it after the step it is at, and saves; --resume goes on from there, bit"
                + " for bit."),
        List.of(
            "gta train --preset gta-tiny --data stories.txt --tokenizer tokenizer.json --out"
                + " stories",
            "gta train --resume --preset gta-tiny --data stories.txt --tokenizer tokenizer.json"
                + " --out stories",
            "gta train stories.yaml --steps 2000",
            "gta train stories.yaml --nodes 2 --node-rank 1 --rendezvous 192.168.1.5:29400"));
    add(preset, config);
    data.addTo(this);
    add(teacherPart, held, tokenizer, steps, sequence);
    run.addTo(this);
    addHelp();
    this.arguments = List.of(arguments);
  }

  @Override
  public void run(Terminal terminal) {
    TextTokens texts = TextTokens.of(data);
    run.train(terminal, arguments, team -> run(terminal, team, texts));
  }

  private void run(Terminal terminal, Team team, TextTokens texts) {
    Path folder = run.folder(team);
    TokenizerFiles words = TokenizerFiles.read(Check.path(tokenizer));
    ModelConfig model = model(words);
    int length = Check.count(sequence, 1, Math.min(512, model.contextLength()));
    if (length > model.contextLength()) {
      throw new RefusedException(
          "--sequence %d is more than the model's context of %d tokens"
              .formatted(length, model.contextLength()));
    }
    Optional<SamplePlan> shown =
        run.samples(words.tokenizer(), model, held.isGiven(), Optional.empty());
    TrainingPlan plan =
        run.plan(
            Recipe.of(preset.or("")),
            RunOptions.positive(steps, 1000),
            length,
            length,
            Integer.MAX_VALUE);
    TrainingSession.Settings settings = run.settings(folder, team, shown);
    new MemoryNeed(
            model, Optional.empty(), plan, length, settings.threads(), MemoryNeed.From.NOTHING)
        .require(team);
    Tokenizer tokens = words.tokenizer();
    Optional<Trainer.Validation> validation =
        held.value()
            .map(files ->
                run.validation(
                    new TokenBatches(
                        TextTokens.of("--validation", files, data).read(terminal, tokens, length),
                        length,
                        0)));
    try (Batches batches = learned(terminal, texts, words, length, plan.seed());
        TrainingSession session =
            new TrainingSession(settings, plan, model, words.files(), batches, validation)) {
      session.run(terminal, run.isResumed(), team);
    }
  }

  private Batches learned(
      Terminal terminal, TextTokens texts, TokenizerFiles words, int length, long order) {
    List<String> files = texts.files();
    if (files.size() == 1 && files.getFirst().endsWith(".safetensors")) {
      try {
        return TaughtBatches.read(
            Path.of(files.getFirst()), words.checksum(), length, order, teacherPart.or(0.7));
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
}
