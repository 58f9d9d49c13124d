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
import org.gta4j.checkpoint.AtomicOutput;
import org.gta4j.cli.Numbers;
import org.gta4j.cli.Progress;
import org.gta4j.cli.RefusedException;
import org.gta4j.cli.Terminal;
import org.gta4j.cli.training.report.Journal;
import org.gta4j.cli.training.report.SamplePlan;
import org.gta4j.cli.training.report.Subject;
import org.gta4j.model.ModelConfig;
import org.gta4j.train.batch.Batches;
import org.gta4j.train.block.Parameters;
import org.gta4j.train.model.ParallelDecoder;
import org.gta4j.train.model.TrainableDecoder;
import org.gta4j.train.optim.AdamW;
import org.gta4j.train.run.Checkpoints;
import org.gta4j.train.run.StepReport;
import org.gta4j.train.run.Trainer;
import org.gta4j.train.run.TrainingException;
import org.gta4j.train.run.TrainingPlan;
import org.gta4j.train.run.TrainingRecord;
import org.gta4j.train.run.TrainingState;
import org.gta4j.train.torch.Torch;

/** A training in a folder, from its first step or from a checkpoint to its end. */
final class TrainingSession implements AutoCloseable {
  /** The folder of checkpoints. */
  static final String CHECKPOINTS = "checkpoints";

  private static final double DEVIATION = 0.02; // as the paper's models begin

  /**
   * What does not change the result.
   *
   * @param folder where everything goes
   * @param keep newest checkpoints kept
   * @param saveEvery steps between them
   * @param threads batches computed at once
   * @param samples whether and when the model shows what it writes
   */
  record Settings(
      Path folder, int keep, long saveEvery, int threads, Optional<SamplePlan> samples) {}

  private final Settings settings;
  private final TrainingPlan plan;
  private final Map<String, byte[]> tokenizer;
  private final Batches batches;
  private final Optional<Trainer.Validation> validation;
  private final Parameters parameters;
  private final ParallelDecoder model;
  private final AdamW optimizer;
  private final Checkpoints checkpoints;

  TrainingSession(
      Settings settings,
      TrainingPlan plan,
      ModelConfig config,
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
    parameters = Parameters.random(config, plan.seed(), DEVIATION);
    model =
        new ParallelDecoder(
            parameters,
            new TrainableDecoder.Mode(plan.precision(), plan.recompute()),
            settings.threads());
    optimizer = new AdamW(parameters.views(), plan.adam());
  }

  /** Trains, and says how far it is; at the end the folder is a model. */
  void run(Terminal terminal, boolean resume) {
    TrainingState state = begin(terminal, resume);
    Trainer trainer = new Trainer(plan, model, optimizer, batches, validation, state);
    Subject subject = new Subject(parameters, plan, batches.fingerprint(), settings.samples());
    try (Interrupt _ = new Interrupt(terminal, trainer::stop);
        Journal journal = Journal.open(settings.folder(), state.step(), subject, terminal::say);
        Progress progress = new Progress(terminal, "training", plan.steps(), "steps")) {
      progress.at(state.step());
      trainer.run((report, after) -> {
        journal.add(report);
        progress.at(report.step(), aside(report));
        report
            .validationLoss()
            .ifPresent(loss ->
                terminal.say("step %d: validation loss %.4f".formatted(report.step(), loss)));
        if (report.step() % settings.saveEvery() == 0 || report.step() == plan.steps()) {
          save(report, after);
        }
      });
      if (!trainer.isFinished()
          && trainer.state().step() > 0
          && !Files.isDirectory(checkpoints.of(trainer.state().step()))) {
        checkpoints.save(record(trainer.state()), parameters, optimizer, Optional.empty());
      }
    } catch (TrainingException e) {
      throw new RefusedException(e.getMessage() + ". " + checkpoints.lastGood(), e);
    }
    if (trainer.isFinished()) {
      publish();
      terminal.line("trained: %s is a model now".formatted(settings.folder()));
    } else {
      terminal.line(
          "stopped after step %d and saved; --resume goes on from there"
              .formatted(trainer.state().step()));
    }
  }

  private TrainingState begin(Terminal terminal, boolean resume) {
    Optional<Path> newest = resume ? checkpoints.newest() : Optional.empty();
    if (newest.isEmpty()) {
      terminal.say(
          "training %s parameters on %s"
              .formatted(
                  String.format(Locale.ROOT, "%,d", parameters.config().parameters()),
                  batches.fingerprint()));
      return TrainingState.start();
    }
    TrainingRecord record = Checkpoints.record(newest.get());
    record.requireSame(newest.get().toString(), plan, batches.fingerprint());
    Checkpoints.load(newest.get(), parameters, optimizer);
    terminal.say("going on from " + newest.get());
    return record.state();
  }

  private TrainingRecord record(TrainingState state) {
    return new TrainingRecord(plan, batches.fingerprint(), state);
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

  private static String aside(StepReport report) {
    return String.format(
        Locale.ROOT,
        "loss %.3f, %,.0f tokens/s, %s of memory",
        report.loss(),
        report.tokensPerSecond(),
        Numbers.bytes(Torch.processBytes()));
  }

  /** The last checkpoint's files become the folder's own; the configuration comes last. */
  private void publish() {
    Path last = checkpoints.of(plan.steps());
    List<String> names = new ArrayList<>(tokenizer.keySet());
    names.add("model.safetensors");
    names.add("config.json");
    for (String name : names) {
      try (FileChannel from = FileChannel.open(last.resolve(name))) {
        AtomicOutput.write(settings.folder().resolve(name), to -> copy(from, to));
      } catch (IOException e) {
        throw new RefusedException(
            "%s: cannot be read: %s".formatted(last.resolve(name), e.getMessage()), e);
      }
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
