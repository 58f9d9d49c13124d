package org.gta4j.cli.training;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.gta4j.chat.ChatTemplates;
import org.gta4j.cli.Check;
import org.gta4j.cli.RefusedException;
import org.gta4j.cli.Setting;
import org.gta4j.cli.Terminal;
import org.gta4j.cli.UsageException;
import org.gta4j.cli.Verb;
import org.gta4j.cli.training.report.SamplePlan;
import org.gta4j.train.batch.Batches;
import org.gta4j.train.block.Lora;
import org.gta4j.train.run.Trainer;
import org.gta4j.train.run.TrainingPlan;

/** {@code gta finetune}. */
final class FinetuneVerb extends Verb {
  private static final int USUAL_SEQUENCE = 1024;
  private static final double MOST_EPOCHS = 1e6;

  private final Setting<String> model =
      Setting.text(
          "--model",
          "PATH",
          "What to train further: a Hugging Face folder, a .gguf file, or what else other verbs load; without it the embedded model.");
  private final Setting<List<String>> data =
      Setting.texts(
          "--data",
          "FILE",
          "Chats in OpenAI's format, {\"messages\": [{\"role\", \"content\"}, ...]} a line of a .jsonl file: answers are learned. Or texts as 'gta train' has them: all is learned. May be given several times.");
  private final Setting<List<String>> held =
      Setting.texts(
          "--validation", "FILE", "The same that is not learned, to measure the loss on.");
  private final Setting<String> template =
      Setting.text(
          "--chat-template",
          "FILE",
          "A Jinja template to write chats by, which then goes with the model (default: the model's own).");
  private final LoraOptions lora = new LoraOptions();
  private final Setting<Long> steps = Setting.wide("--steps", "N", "Steps, in place of --epochs.");
  private final Setting<Double> epochs =
      Setting.number("--epochs", "X", "How often everything is read (default: 3).");
  private final Setting<Integer> sequence =
      Setting.integer(
          "--sequence",
          "N",
          "Tokens of a text's sequence, and of a chat at most: longer ones are cut (default: the context, at most %d)."
              .formatted(USUAL_SEQUENCE));
  private final RunOptions run = new RunOptions("0.00002, with LoRA 0.0002");
  private final List<String> arguments;

  /**
   * The verb.
   *
   * @param arguments of the command, with which other processes can be started
   */
  @SuppressWarnings("this-escape") // picocli keeps it, and looks at it when a command is parsed
  FinetuneVerb(String... arguments) {
    super(
        "finetune",
        "[FILE.yaml] --model PATH --data FILE --out FOLDER [OPTION]...",
        List.of(
            "Trains a model further: all of it, or with --lora small matrices beside it, which are added to it at the end.",
            "Chats are written by the model's own template, and only what the assistant says is learned.",
            "Ctrl-C ends it after the step it is at, and saves; --resume goes on from there, bit for bit."),
        List.of(
            "gta finetune --model SmolLM2-135M-Instruct.gguf --data chats.jsonl --lora --out tuned",
            "gta finetune --model stories --data more-stories.txt --epochs 1 --out more",
            "gta chat --model tuned"));
    add(model, data, held, template);
    lora.addTo(this);
    add(steps, epochs, sequence);
    run.addTo(this);
    addHelp();
    this.arguments = List.of(arguments);
  }

  @Override
  public void run(Terminal terminal) {
    List<String> files = data.or(List.of());
    if (files.isEmpty()) {
      throw UsageException.of("--data", "a file with chats or texts", "none");
    }
    if (steps.isGiven() && epochs.isGiven()) {
      throw UsageException.of("--steps or --epochs", "one of the two", "both");
    }
    try (Team team = run.team(arguments)) {
      Path folder = run.folder(team);
      try (BaseModel base = BaseModel.open(model.value().map(path -> Check.path(model)))) {
        BaseModel written = template.isGiven() ? base.withTemplate(Check.path(template)) : base;
        run(terminal, team, folder, written, files);
      }
    }
  }

  private void run(Terminal terminal, Team team, Path folder, BaseModel base, List<String> files) {
    Optional<Lora> adapters = lora.of(base.config());
    int length = length(base);
    Examples learned = examples(terminal, "--data", files, base, length);
    Optional<SamplePlan> shown =
        run.samples(
            base.words().tokenizer(),
            base.config(),
            held.isGiven(),
            learned instanceof Examples.Chats ? base.templates() : Optional.empty());
    TrainingPlan plan =
        run.plan(
            Recipe.finetuning(adapters.isPresent()),
            steps(learned),
            learned.usualLength(),
            learned.longest());
    TrainingSession.Settings settings = run.settings(folder, team, shown);
    Optional<Trainer.Validation> validation =
        held.value()
            .map(names ->
                run.validation(
                    examples(terminal, "--validation", names, base, length)
                        .batches(plan.sequences(), 0)));
    try (Batches batches = learned.batches(plan.sequences(), plan.seed());
        TrainingSession session =
            new TrainingSession(
                settings,
                plan,
                FirstParameters.of(base, adapters, plan.seed()),
                base.words().files(),
                batches,
                validation)) {
      session.run(terminal, run.isResumed(), team);
    }
  }

  private int length(BaseModel base) {
    int context = base.config().contextLength();
    int length = Check.count(sequence, 1, Math.min(USUAL_SEQUENCE, context));
    if (length > context) {
      throw new RefusedException(
          "--sequence %d is more than the model's context of %d tokens".formatted(length, context));
    }
    return length;
  }

  /** Chats or texts; both at once would be two kinds of sequences. */
  private static Examples examples(
      Terminal terminal, String option, List<String> files, BaseModel base, int length) {
    List<String> chats = files.stream().filter(file -> ChatFiles.isOne(option, file)).toList();
    if (chats.isEmpty()) {
      return new Examples.Texts(
          TextTokens.of(option, files).read(terminal, base.words().tokenizer(), length), length);
    }
    if (chats.size() < files.size()) {
      throw UsageException.of(
          option, "chats or texts", "both: chats in " + String.join(", ", chats));
    }
    ChatTemplates templates =
        base.templates()
            .orElseThrow(() ->
                new RefusedException(
                    "%s has no chat template, by which chats are written: expected chat_template.jinja, or chat_template in tokenizer_config.json; give one with --chat-template, or texts as --data"
                        .formatted(base.name())));
    return new ChatFiles(option, files).read(terminal, templates, base.words().tokenizer(), length);
  }

  private long steps(Examples learned) {
    if (steps.isGiven()) {
      return RunOptions.positive(steps, 1);
    }
    double times = epochs.or(3.0);
    if (!(times > 0 && times <= MOST_EPOCHS)) {
      throw UsageException.of(epochs.name(), "a number above 0, at most a million", times);
    }
    int together = Schedule.sequences(run.batchTokens(), learned.usualLength());
    return Math.max(1, (long) Math.ceil(times * (double) learned.count() / together));
  }
}
