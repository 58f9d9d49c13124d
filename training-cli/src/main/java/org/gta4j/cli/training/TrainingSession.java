package org.gta4j.cli.training;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SequencedMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.gta4j.checkpoint.Json;
import org.gta4j.cli.Numbers;
import org.gta4j.cli.Progress;
import org.gta4j.cli.RefusedException;
import org.gta4j.cli.Terminal;
import org.gta4j.cli.Version;
import org.gta4j.cli.training.report.Journal;
import org.gta4j.cli.training.report.SamplePlan;
import org.gta4j.cli.training.report.Subject;
import org.gta4j.model.ModelConfig;
import org.gta4j.tensor.Tensor;
import org.gta4j.train.batch.Batches;
import org.gta4j.train.block.Parameters;
import org.gta4j.train.model.ParallelDecoder;
import org.gta4j.train.model.TrainableDecoder;
import org.gta4j.train.optim.AdamW;
import org.gta4j.train.optim.Moments;
import org.gta4j.train.optim.Shard;
import org.gta4j.train.run.Checkpoints;
import org.gta4j.train.run.SavedMoments;
import org.gta4j.train.run.StepReport;
import org.gta4j.train.run.Trainer;
import org.gta4j.train.run.TrainingException;
import org.gta4j.train.run.TrainingPlan;
import org.gta4j.train.run.TrainingRecord;
import org.gta4j.train.run.TrainingState;
import org.gta4j.train.torch.NotEnoughMemoryException;
import org.gta4j.train.torch.Torch;
import org.gta4j.train.workers.WorkerException;
import org.gta4j.train.workers.Workers;
import tools.jackson.databind.node.ObjectNode;

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
   * @param samples whether and when the model shows what it writes
   * @param division whose of AdamW's moments this process keeps
   */
  record Settings(
      Path folder,
      int keep,
      long saveEvery,
      int threads,
      Optional<SamplePlan> samples,
      Team.Division division) {}

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
   * @throws RefusedException if there is not enough memory
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
    optimizer = optimizer(settings.division());
  }

  private AdamW optimizer(Team.Division division) {
    try {
      SequencedMap<String, Tensor> trained = parameters.trainedViews();
      return new AdamW(trained, Shard.of(trained, division.rank(), division.ranks()), plan.adam());
    } catch (NotEnoughMemoryException e) {
      model.close();
      parameters.close();
      throw FirstParameters.tooLarge(e);
    }
  }

  /**
   * Trains, and says how far it is; at the end the folder is a model. Of several processes number 0
   * reads and writes what there is, and speaks; the others compute.
   */
  void run(Terminal terminal, boolean resume, Team team) {
    if (team.rank() > 0) {
      train(
          terminal,
          resume,
          team,
          begun -> terminal.say("worker %d is computing".formatted(team.rank())),
          report -> {});
      terminal.say("worker %d is done".formatted(team.rank()));
      return;
    }
    FolderLock.alone(settings.folder(), () -> showTraining(terminal, resume, team));
    terminal.line(
        isFinished()
            ? "trained: %s is a model now".formatted(settings.folder())
            : step == 0
                ? "stopped before the first step; nothing was saved"
                : "stopped after step %d and saved; --resume goes on from there".formatted(step));
  }

  private void showTraining(Terminal terminal, boolean resume, Team team) {
    try (Progress progress = new Progress(terminal, "training", plan.steps(), "steps")) {
      train(
          terminal,
          resume,
          team,
          begun -> progress.at(begun),
          report -> {
            progress.at(report.step(), aside(report));
            report
                .validationLoss()
                .ifPresent(loss ->
                    terminal.say("step %d: validation loss %.4f".formatted(report.step(), loss)));
          });
    }
  }

  /**
   * Trains until the last step, or until the user stops it, and saves; after the last step the
   * folder is a model.
   *
   * @param resume whether to go on from a checkpoint if there is one
   * @param begun hears of the step it goes on from
   * @param news hears of every step
   */
  void train(
      Terminal terminal, boolean resume, Team team, LongConsumer begun, Consumer<StepReport> news) {
    boolean first = team.rank() == 0;
    TrainingState own = first ? begin(terminal, resume) : TrainingState.start();
    try (Workers workers = team.join(introduction())) {
      try {
        Trainer trainer = trainer(workers, own);
        begun.accept(trainer.state().step());
        try (Interrupt _ =
            team.interruptible(
                terminal,
                () -> {
                  stopped = true;
                  trainer.stop();
                })) {
          if (first) {
            lead(terminal, trainer, news);
          } else {
            train(trainer, news, (state, validated) -> trainer.moments().write(piece -> {}));
          }
        }
        step = trainer.state().step();
      } catch (RuntimeException e) {
        workers.leave(String.valueOf(e.getMessage()));
        throw e;
      }
    } catch (TrainingException | WorkerException e) {
      String message = String.valueOf(e.getMessage());
      if (team.isLaunched() && isLoss(e)) {
        throw new RefusedException(message, e, WorkerProcess.ALONE);
      }
      String place = first ? checkpoints.lastGood() : "Worker 0 has the checkpoints";
      throw new RefusedException(message.endsWith(place) ? message : message + ". " + place, e);
    }
    if (first && isFinished()) {
      new FinishedModel(settings.folder(), parameters, tokenizer, checkpoints)
          .publish(checkpoints.of(plan.steps()));
    }
  }

  /** Whether others are gone, with whom it would go on. */
  private static boolean isLoss(RuntimeException e) {
    Throwable reason = e instanceof TrainingException ? e.getCause() : e;
    return reason instanceof WorkerException lost && !lost.isDisagreement();
  }

  /** Whether the last step is made. */
  boolean isFinished() {
    return step >= plan.steps();
  }

  /** Whether the user wanted it to stop. */
  boolean isStopped() {
    return stopped;
  }

  private void lead(Terminal terminal, Trainer trainer, Consumer<StepReport> news) {
    Subject subject = new Subject(parameters, plan, data(), settings.samples());
    try (Journal journal =
        Journal.open(settings.folder(), trainer.state().step(), subject, terminal::say)) {
      train(
          trainer,
          report -> {
            journal.add(report);
            news.accept(report);
          },
          (state, validated) -> save(state, trainer.moments(), validated));
    }
  }

  private Trainer trainer(Workers workers, TrainingState own) {
    TrainingState state = shared(workers, own);
    return new Trainer(plan, model, optimizer, batches, validation, workers, state);
  }

  private TrainingState shared(Workers workers, TrainingState own) {
    if (own.step() == 0) {
      return Trainer.share(workers, parameters, optimizer, own, Optional.empty());
    }
    try (SavedMoments saved = Checkpoints.moments(checkpoints.of(own.step()), optimizer)) {
      return Trainer.share(workers, parameters, optimizer, own, Optional.of(saved));
    }
  }

  /** Trains; what is to be saved is the same everywhere. */
  private void train(Trainer trainer, Consumer<StepReport> news, Saving saving) {
    AtomicReference<OptionalDouble> validated = new AtomicReference<>(OptionalDouble.empty());
    long begun = trainer.state().step();
    trainer.run((report, after) -> {
      validated.set(report.validationLoss());
      news.accept(report);
      if (isSaved(report.step())) {
        trainer.requireSameEverywhere();
        saving.save(after, report.validationLoss());
      }
    });
    long step = trainer.state().step();
    if (step > begun && !isSaved(step)) {
      trainer.requireSameEverywhere();
      saving.save(trainer.state(), validated.get());
    }
  }

  /** Keeps a state that all workers have come to. */
  private interface Saving {
    void save(TrainingState state, OptionalDouble validation);
  }

  private boolean isSaved(long step) {
    return step % settings.saveEvery() == 0 || step == plan.steps();
  }

  /** What all workers must have been told alike. */
  private String introduction() {
    ObjectNode json = Json.object().put("gta4j", Version.number());
    json.setAll(record(TrainingState.start()).toJson());
    json.set("model", parameters.config().source().json());
    validation.ifPresent(held ->
        json.putObject("validation")
            .put("data", held.batches().fingerprint())
            .put("sequences", held.sequences())
            .put("every", held.every()));
    json.put("save_every", settings.saveEvery());
    json.put("zero", settings.division().ranks() > 1 ? 1 : 0);
    return json.toPrettyString();
  }

  private TrainingState begin(Terminal terminal, boolean resume) {
    Optional<Path> newest = checkpoints.newest();
    if (newest.isPresent() && !resume) {
      // It was not there when the command began, before it had the folder for itself.
      throw new RefusedException(
          "--out: %s: another process has trained here meanwhile: choose another folder"
              .formatted(settings.folder()));
    }
    if (newest.isEmpty()) {
      terminal.say(
          "training %s parameters on %s: %s"
              .formatted(
                  String.format(Locale.ROOT, "%,d", trained()),
                  batches.fingerprint(),
                  Schedule.inWords(plan)));
      return TrainingState.start();
    }
    TrainingRecord record = Checkpoints.record(newest.get());
    record.requireSame(newest.get().toString(), plan, data(), parameters.config().source().json());
    Checkpoints.load(newest.get(), parameters);
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
    return new TrainingRecord(plan, data(), parameters.config().source().json(), state);
  }

  private void save(TrainingState state, Moments moments, OptionalDouble validated) {
    checkpoints.save(
        record(state),
        parameters,
        moments,
        validated.isPresent() ? Optional.of(validated.getAsDouble()) : Optional.empty());
  }

  static String aside(StepReport report) {
    return String.format(
        Locale.ROOT,
        "loss %.3f, %,.0f tokens/s, %s of memory",
        report.loss(),
        report.tokensPerSecond(),
        Numbers.bytes(Torch.processBytes()));
  }

  @Override
  public void close() {
    optimizer.close();
    model.close();
    parameters.close();
  }
}
