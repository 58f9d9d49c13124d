package org.gta4j.cli.training;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.gta4j.checkpoint.AtomicOutput;
import org.gta4j.cli.Numbers;
import org.gta4j.cli.Progress;
import org.gta4j.cli.RefusedException;
import org.gta4j.cli.Terminal;
import org.gta4j.model.ModelConfig;
import org.gta4j.train.batch.Batches;
import org.gta4j.train.block.Parameters;
import org.gta4j.train.model.ParallelDecoder;
import org.gta4j.train.model.TrainableDecoder;
import org.gta4j.train.optim.AdamW;
import org.gta4j.train.run.Checkpoints;
import org.gta4j.train.run.Metrics;
import org.gta4j.train.run.StepReport;
import org.gta4j.train.run.Trainer;
import org.gta4j.train.run.TrainingException;
import org.gta4j.train.run.TrainingPlan;
import org.gta4j.train.run.TrainingRecord;
import org.gta4j.train.run.TrainingState;
import org.gta4j.train.torch.Torch;
import org.jline.utils.Signals;

/** A training in a folder, from its first step or from a checkpoint to its end. */
final class TrainingSession implements AutoCloseable {
  /** The folder of checkpoints. */
  static final String CHECKPOINTS = "checkpoints";

  /**
   * What does not change the result.
   *
   * @param folder where everything goes
   * @param keep newest checkpoints kept
   * @param saveEvery steps between them
   * @param threads batches computed at once
   */
  record Settings(Path folder, int keep, long saveEvery, int threads) {}

  private final Settings settings;
  private final TrainingPlan plan;
  private final String origin;
  private final Map<String, byte[]> tokenizer;
  private final Batches batches;
  private final Optional<Trainer.Validation> validation;
  private final Parameters parameters;
  private final ParallelDecoder model;
  private final AdamW optimizer;
  private final Checkpoints checkpoints;
  private long step;
  private volatile boolean stopped;

  /** A training from scratch. */
  TrainingSession(
      Settings settings,
      TrainingPlan plan,
      ModelConfig config,
      Map<String, byte[]> tokenizer,
      Batches batches,
      Optional<Trainer.Validation> validation) {
    this(
        settings,
        plan,
        FirstParameters.random(config, plan.seed()),
        tokenizer,
        batches,
        validation);
  }

  /**
   * A training.
   *
   * @param first what it begins with; closed with this
   */
  TrainingSession(
      Settings settings,
      TrainingPlan plan,
      FirstParameters first,
      Map<String, byte[]> tokenizer,
      Batches batches,
      Optional<Trainer.Validation> validation) {
    this.settings = settings;
    this.plan = plan;
    this.tokenizer = tokenizer;
    this.batches = batches;
    this.validation = validation;
    checkpoints =
        new Checkpoints(settings.folder().resolve(CHECKPOINTS), settings.keep(), tokenizer);
    origin = first.origin();
    parameters = first.parameters();
    model =
        new ParallelDecoder(
            parameters,
            new TrainableDecoder.Mode(plan.precision(), plan.recompute()),
            settings.threads());
    optimizer = new AdamW(parameters.trainedViews(), plan.adam());
  }

  /** Trains, and says how far it is; at the end the folder is a model. */
  void run(Terminal terminal, boolean resume) {
    try (Progress progress = new Progress(terminal, "training", plan.steps(), "steps")) {
      train(
          terminal,
          resume,
          step -> progress.at(step),
          report -> {
            progress.at(report.step(), aside(report));
            report
                .validationLoss()
                .ifPresent(loss ->
                    terminal.say("step %d: validation loss %.4f".formatted(report.step(), loss)));
          });
    }
    terminal.line(
        isFinished()
            ? "trained: %s is a model now".formatted(settings.folder())
            : "stopped after step %d and saved; --resume goes on from there".formatted(step));
  }

  /**
   * Trains until the last step, or until the user stops it, and saves; after the last step the
   * folder is a model.
   *
   * @param resume whether to go on from a checkpoint if there is one
   * @param begun hears of the step it goes on from
   * @param news hears of every step
   */
  void train(Terminal terminal, boolean resume, LongConsumer begun, Consumer<StepReport> news) {
    TrainingState state = begin(terminal, resume);
    begun.accept(state.step());
    Trainer trainer = new Trainer(plan, model, optimizer, batches, validation, state);
    Object before =
        Signals.register(
            "INT",
            () -> {
              stopped = true;
              trainer.stop();
            });
    try (Metrics metrics = Metrics.open(settings.folder(), state.step())) {
      trainer.run((report, after) -> {
        metrics.add(report);
        news.accept(report);
        if (report.step() % settings.saveEvery() == 0 || report.step() == plan.steps()) {
          save(report, after);
        }
      });
      step = trainer.state().step();
      if (!isFinished() && step > 0 && !Files.isDirectory(checkpoints.of(step))) {
        checkpoints.save(record(trainer.state()), parameters, optimizer, Optional.empty());
      }
    } catch (TrainingException e) {
      throw new RefusedException(e.getMessage() + ". " + checkpoints.lastGood(), e);
    } finally {
      Signals.unregister("INT", before);
    }
    if (isFinished()) {
      publish();
    }
  }

  /** Whether the last step is made. */
  boolean isFinished() {
    return step >= plan.steps();
  }

  /** Whether the user wanted it to stop. */
  boolean isStopped() {
    return stopped;
  }

  private TrainingState begin(Terminal terminal, boolean resume) {
    Optional<Path> newest = resume ? checkpoints.newest() : Optional.empty();
    if (newest.isEmpty()) {
      terminal.say(
          "training %s parameters on %s"
              .formatted(String.format(Locale.ROOT, "%,d", trained()), batches.fingerprint()));
      return TrainingState.start();
    }
    TrainingRecord record = Checkpoints.record(newest.get());
    record.requireSame(newest.get().toString(), plan, data());
    Checkpoints.load(newest.get(), parameters, optimizer);
    terminal.say("going on from " + newest.get());
    return record.state();
  }

  private long trained() {
    return parameters.trainedViews().values().stream()
        .mapToLong(tensor -> tensor.shape().elements())
        .sum();
  }

  /** What the result depends on beside the plan. */
  private String data() {
    return batches.fingerprint() + origin;
  }

  private TrainingRecord record(TrainingState state) {
    return new TrainingRecord(plan, data(), state);
  }

  private void save(StepReport report, TrainingState state) {
    checkpoints.save(
        record(state),
        parameters,
        optimizer,
        report.validationLoss().isPresent()
            ? Optional.of(report.validationLoss().getAsDouble())
            : Optional.empty());
  }

  static String aside(StepReport report) {
    return String.format(
        Locale.ROOT,
        "loss %.3f, %,.0f tokens/s, %s of memory",
        report.loss(),
        report.tokensPerSecond(),
        Numbers.bytes(Torch.processBytes()));
  }

  /**
   * The last checkpoint's files become the folder's own, or those of the model that its adapters
   * make; the configuration comes last.
   */
  private void publish() {
    Path last = parameters.lora().isPresent() ? merged() : lastCheckpoint();
    List<String> names = new ArrayList<>(tokenizer.keySet());
    names.add("model.safetensors");
    names.add("config.json");
    for (String name : names) {
      copy(last.resolve(name), settings.folder().resolve(name));
    }
    checkpoints.deleteUnfinished();
  }

  private Path merged() {
    try {
      return checkpoints.merged(parameters);
    } catch (TrainingException e) {
      throw new RefusedException(String.valueOf(e.getMessage()), e);
    }
  }

  /** The folder of the last step's checkpoint. */
  Path lastCheckpoint() {
    return checkpoints.of(plan.steps());
  }

  /** Copies a file, whole or not at all. */
  static void copy(Path file, Path to) {
    try (FileChannel from = FileChannel.open(file)) {
      AtomicOutput.write(to, channel -> copy(from, channel));
    } catch (IOException e) {
      throw new RefusedException("%s: cannot be read: %s".formatted(file, e.getMessage()), e);
    }
  }

  private static void copy(FileChannel from, FileChannel to) throws IOException {
    long size = from.size();
    for (long done = 0; done < size; ) {
      done += from.transferTo(done, size - done, to);
    }
  }

  @Override
  public void close() {
    optimizer.close();
    model.close();
    parameters.close();
  }
}
