package org.gta4j.cli.training;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.gta4j.cli.Check;
import org.gta4j.cli.RefusedException;
import org.gta4j.cli.Setting;
import org.gta4j.cli.Terminal;
import org.gta4j.cli.UsageException;
import org.gta4j.cli.Verb;
import org.gta4j.cli.data.TextOptions;
import org.gta4j.cli.training.report.SamplePlan;
import org.gta4j.train.batch.Batches;
import org.gta4j.train.block.Lora;
import org.gta4j.train.run.Trainer;
import org.gta4j.train.run.TrainingPlan;

/** {@code gta finetune}. */
final class FinetuneVerb extends Verb {
  private static final int USUAL_SEQUENCE = 1024;
  private static final double USUAL_EPOCHS = 3;
  private static final double MOST_EPOCHS = 1e6;

  /** Fewer than these are said: a step changes a weight by about the learning rate at most. */
  private static final long FEW_STEPS = 20;

  private final Setting<String> model =
      Setting.text(
          "--model",
          "PATH",
          "What to train further: a Hugging Face folder, a .gguf file, or what else other verbs"
              + " load; without it the embedded model.");
  private final TextOptions data =
      TextOptions.of(
          "Chats in OpenAI's format, {\"messages\": [{\"role\", \"content\"}, ...]} a line of a"
              + " .jsonl file: answers are learned. Or texts as 'gta train' has them, no folders:"
              + " all is learned. May be given several times.");
  private final Setting<List<String>> held =
      Setting.texts(
          "--validation", "FILE", "The same that is not learned, to measure the loss on.");
  private final Setting<String> template =
      Setting.text(
          "--chat-template",
          "FILE",
          "A Jinja template to write chats by, which then goes with the model (default: the model's"
              + " own).");
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
            "Trains a model further: all of it, or with --lora small matrices beside it, which are"
                + " added to it at the end.",
            "Chats are written by the model's own template, and only what the assistant says is"
                + " learned.",
            "Ctrl-C ends it after the step it is at, and saves; --resume goes on from there, bit"
                + " for bit."),
        List.of(
            "gta finetune --model SmolLM2-135M-Instruct.gguf --data chats.jsonl --lora --out tuned",
            "gta finetune --model stories --data more-stories.txt --epochs 1 --out more",
            "gta chat --model tuned"));
    add(model);
    data.addTo(this);
    add(held, template);
    lora.addTo(this);
    add(steps, epochs, sequence);
    run.addTo(this);
    addHelp();
    this.arguments = List.of(arguments);
  }

  @Override
  public void run(Terminal terminal) {
    List<String> files = data.data().or(List.of());
    if (files.isEmpty()) {
      throw UsageException.of("--data", "a file with chats or texts", "none");
    }
    if (steps.isGiven() && epochs.isGiven()) {
      throw UsageException.of("--steps or --epochs", "one of the two", "both");
    }
    double times = epochs.or(USUAL_EPOCHS);
    if (!(times > 0 && times <= MOST_EPOCHS)) {
      throw UsageException.of(epochs.name(), "a number above 0, at most a million", times);
    }
    run.train(terminal, arguments, team -> run(terminal, team, files));
  }

  private void run(Terminal terminal, Team team, List<String> files) {
    Path folder = run.folder(team);
    try (BaseModel base = BaseModel.open(model.value().map(path -> Check.path(model)))) {
      BaseModel written = template.isGiven() ? base.withTemplate(Check.path(template)) : base;
      run(terminal, team, folder, written, files);
    }
  }

  private void run(Terminal terminal, Team team, Path folder, BaseModel base, List<String> files) {
    Optional<Lora> adapters = lora.of(base.config());
    int length = length(base);
    ExampleFiles reader = new ExampleFiles(base, length, data.field(TextOptions.USUAL_FIELD));
    Examples learned = reader.read(terminal, "--data", files);
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
            learned.longest(),
            learned.count());
    if (!steps.isGiven() && plan.steps() < FEW_STEPS) {
      terminal.say(
          "this makes %s (--batch-tokens %,d): where the model learns too little, fewer tokens a step or more --epochs make more steps"
              .formatted(Schedule.counted(plan.steps(), "step"), run.batchTokens()));
    }
    TrainingSession.Settings settings = run.settings(folder, team, shown);
    new MemoryNeed(
            base.config(),
            adapters,
            plan,
            learned.shortest(),
            settings.threads(),
            MemoryNeed.From.A_MODEL)
        .require(team);
    Optional<Trainer.Validation> validation =
        held.value()
            .map(names ->
                run.validation(
                    reader.read(terminal, "--validation", names).batches(plan.sequences(), 0)));
    try (Batches batches = learned.batches(plan.sequences(), plan.seed());
        TrainingSession session = session(settings, plan, base, adapters, batches, validation)) {
      session.run(terminal, run.isResumed(), team);
    }
  }

  private static TrainingSession session(
      TrainingSession.Settings settings,
      TrainingPlan plan,
      BaseModel base,
      Optional<Lora> adapters,
      Batches batches,
      Optional<Trainer.Validation> validation) {
    try {
      return new TrainingSession(
          settings,
          plan,
          FirstParameters.of(base, adapters, plan.seed()),
          base.words().files(),
          batches,
          validation);
    } catch (IllegalArgumentException e) {
      throw new RefusedException("%s: %s".formatted(base.name(), e.getMessage()), e);
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

  private long steps(Examples learned) {
    if (steps.isGiven()) {
      return RunOptions.positive(steps, 1);
    }
    int together = Schedule.sequences(run.batchTokens(), learned.usualLength(), learned.count());
    return Math.max(1, (long) Math.ceil(epochs.or(USUAL_EPOCHS) * learned.count() / together));
  }
}
