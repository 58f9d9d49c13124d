package org.gta4j.cli.training;

import java.nio.file.Files;
import java.io.IOException;
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
import org.gta4j.train.batch.Batches;
import org.gta4j.train.block.Lora;
import org.gta4j.train.run.AdapterFiles;
import org.gta4j.train.run.Trainer;
import org.gta4j.train.run.TrainingPlan;

/** {@code gta finetune}. */
final class FinetuneVerb extends Verb {
  private static final int USUAL_SEQUENCE = 1024;

  private final Setting<String> model =
      Setting.required(
          "--model",
          "PATH",
          "What to train further: a Hugging Face folder, a .gguf file, or what else other verbs load.");
  private final Setting<List<String>> data =
      Setting.texts(
          "--data",
          "FILE",
          "Chats in OpenAI's format, {\"messages\": [{\"role\", \"content\"}, ...]} a line of a .jsonl file: answers are learned. Or texts as 'gta train' has them: all is learned. May be given several times.");
  private final Setting<List<String>> held =
      Setting.texts(
          "--validation", "FILE", "The same that is not learned, to measure the loss on.");
  private final LoraOptions lora = new LoraOptions();
  private final Setting<Long> steps =
      Setting.wide("--steps", "N", "Steps, in place of --epochs.");
  private final Setting<Double> epochs =
      Setting.number("--epochs", "X", "How often everything is read (default: 3).");
  private final Setting<Integer> sequence =
      Setting.integer(
          "--sequence",
          "N",
          "Tokens of a text's sequence, and of a chat at most (default: the context, at most %d)."
              .formatted(USUAL_SEQUENCE));
  private final RunOptions run = new RunOptions("0.00002, with --lora 0.0002");

  @SuppressWarnings("this-escape") // picocli keeps it, and looks at it when a command is parsed
  FinetuneVerb() {
    super(
        "finetune",
        "[FILE.yaml] --model PATH --data FILE --out FOLDER [OPTION]...",
        List.of(
            "Trains a model further, all of it or with --lora small matrices beside it, which are added to it at the end.",
            "Chats are written by the model's own template, and only what the assistant says is learned.",
            "Ctrl-C ends it after the step it is at, and saves; --resume goes on from there, bit for bit."),
        List.of(
            "gta finetune --model SmolLM2-135M-Instruct.gguf --data chats.jsonl --lora 8 --out tuned",
            "gta finetune --model stories --data more-stories.txt --epochs 1 --out more",
            "gta chat --model tuned"));
    add(model, data, held);
    lora.addTo(this);
    add(steps, epochs, sequence);
    run.addTo(this);
    addHelp();
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
    Path folder = run.folder();
    Optional<Path> adapterFolder = lora.adapterFolder(run.isResumed());
    try (BaseModel base = BaseModel.open(Check.path(model))) {
      Optional<Lora> adapters = lora.of(base.config());
      int length = length(base);
      Examples learned = examples(terminal, "--data", files, base, length);
      Optional<Examples> measured =
          held.value().map(names -> examples(terminal, "--validation", names, base, length));
      TrainingPlan plan = plan(learned, adapters.isPresent());
      try (Batches batches = learned.batches(plan.sequences(), plan.seed());
          TrainingSession session =
              session(
                  folder,
                  plan,
                  base,
                  adapters,
                  batches,
                  measured.map(own -> run.validation(own.batches(plan.sequences(), 0))))) {
        session.run(terminal, run.isResumed());
        if (session.isFinished()) {
          adapterFolder.ifPresent(to -> writeAdapter(session.lastCheckpoint(), to));
        }
      }
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
                    "%s has no chat template, by which chats are written: expected chat_template.jinja, or chat_template in tokenizer_config.json; or give texts"
                        .formatted(base.path())));
    return new ChatFiles(option, files)
        .read(terminal, templates, base.words().tokenizer(), length);
  }

  private TrainingPlan plan(Examples learned, boolean adapted) {
    int sequences = Schedule.sequences(run.batchTokens(), learned.usualLength());
    long count;
    if (steps.isGiven()) {
      count = RunOptions.positive(steps, 1);
    } else {
      double times = epochs.or(3.0);
      if (!(times > 0 && times <= 1e6)) {
        throw UsageException.of(epochs.name(), "a number above 0, at most a million", times);
      }
      count = Math.max(1, Math.round(Math.ceil(times * (double) learned.count() / sequences)));
    }
    try {
      return run.schedule(Recipe.finetuning(adapted), count)
          .plan(learned.usualLength(), learned.longest(), run.seed());
    } catch (IllegalArgumentException e) {
      throw UsageException.of(e);
    }
  }

  private TrainingSession session(
      Path folder,
      TrainingPlan plan,
      BaseModel base,
      Optional<Lora> adapters,
      Batches batches,
      Optional<Trainer.Validation> validation) {
    TrainingSession.Settings settings = run.settings(folder);
    try {
      return new TrainingSession(
          settings,
          plan,
          FirstParameters.of(base, adapters, plan.seed()),
          base.words().files(),
          batches,
          validation);
    } catch (IllegalArgumentException e) {
      throw new RefusedException("%s: %s".formatted(base.path(), e.getMessage()), e);
    }
  }

  private static void writeAdapter(Path checkpoint, Path folder) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new RefusedException("--adapter-out: %s: %s".formatted(folder, e.getMessage()), e);
    }
    for (String name : List.of(AdapterFiles.TENSORS, AdapterFiles.CONFIG)) {
      TrainingSession.copy(checkpoint.resolve(name), folder.resolve(name));
    }
  }
}
