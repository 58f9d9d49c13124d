package org.gta4j.train.run;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.gta4j.checkpoint.ConfigFile;
import org.gta4j.model.ModelConfig;
import org.gta4j.model.Preset;
import org.gta4j.train.batch.TokenBatches;
import org.gta4j.train.block.Parameters;
import org.gta4j.train.block.Precision;
import org.gta4j.train.model.ParallelDecoder;
import org.gta4j.train.model.TrainableDecoder;
import org.gta4j.train.optim.AdamW;
import org.gta4j.train.optim.LearningRate;
import org.gta4j.train.optim.Shard;
import org.gta4j.train.workers.Workers;
import tools.jackson.databind.node.ObjectNode;

/** A training that takes a second, on a text with something to learn. */
final class TinyTraining implements AutoCloseable {
  static final int VOCABULARY = 64;
  static final int LENGTH = 24;
  static final long STEPS = 40;

  final TrainingPlan plan;
  final Parameters parameters;
  final ParallelDecoder model;
  final AdamW optimizer;
  final TokenBatches batches = new TokenBatches(text(4000, 1), LENGTH, 3);
  final Trainer.Validation validation =
      new Trainer.Validation(new TokenBatches(text(500, 2), LENGTH, 0), 8, 10);

  TinyTraining(TrainingPlan plan) {
    this(plan, 2);
  }

  TinyTraining(TrainingPlan plan, int threads) {
    this(plan, threads, Parameters.random(config(), plan.seed(), 0.02));
  }

  TinyTraining(TrainingPlan plan, int threads, Parameters parameters) {
    this(plan, threads, parameters, Shard.whole(parameters.trainedViews()));
  }

  /** A worker's, with one thread; of divided moments it keeps its own. */
  static TinyTraining of(TrainingPlan plan, Workers workers, boolean divided) {
    return of(plan, workers, divided, VOCABULARY);
  }

  /** The same of a model that could read more tokens than there are in the text. */
  static TinyTraining of(TrainingPlan plan, Workers workers, boolean divided, int vocabulary) {
    Parameters parameters = Parameters.random(config(vocabulary), plan.seed(), 0.02);
    int ranks = divided ? workers.count() : 1;
    Shard shard = Shard.of(parameters.trainedViews(), divided ? workers.rank() : 0, ranks);
    return new TinyTraining(plan, 1, parameters, shard);
  }

  private TinyTraining(TrainingPlan plan, int threads, Parameters parameters, Shard shard) {
    this.plan = plan;
    this.parameters = parameters;
    model =
        new ParallelDecoder(
            parameters, new TrainableDecoder.Mode(plan.precision(), plan.recompute()), threads);
    optimizer = new AdamW(parameters.trainedViews(), shard, plan.adam());
  }

  static ModelConfig config() {
    return config(VOCABULARY);
  }

  private static ModelConfig config(int vocabulary) {
    ObjectNode json = Preset.named("gta-tiny").config().json().deepCopy();
    json.put("vocab_size", vocabulary);
    json.put("hidden_size", 256);
    json.put("intermediate_size", 64);
    json.put("num_hidden_layers", 2);
    return ModelConfig.read(ConfigFile.of("tiny", json));
  }

  static TrainingPlan plan(int micro, double dropout) {
    return new TrainingPlan(
        STEPS,
        6,
        micro,
        new LearningRate(3e-3, 0.1, 4, STEPS),
        new AdamW.Settings(0.9, 0.95, 1e-8, 0.1),
        1,
        dropout,
        5,
        Precision.F32,
        false);
  }

  /**
   * Of a quarter of the vocabulary; each token follows from the one before, but for one in eight.
   */
  private static int[] text(int tokens, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int[] text = new int[tokens];
    for (int i = 1; i < tokens; i++) {
      text[i] =
          random.nextInt(8) == 0
              ? random.nextInt(VOCABULARY / 4)
              : (text[i - 1] * 5 + 1) % (VOCABULARY / 4);
    }
    return text;
  }

  Trainer trainer(TrainingState state) {
    return trainer(Workers.alone(), state);
  }

  Trainer trainer(Workers workers, TrainingState state) {
    return new Trainer(plan, model, optimizer, batches, Optional.of(validation), workers, state);
  }

  /**
   * Trains as one of several workers until a step, and saves; goes on from what was saved.
   *
   * @param news hears of every step
   */
  Trainer train(Workers workers, Path saved, long until, Consumer<StepReport> news) {
    Checkpoints checkpoints = new Checkpoints(saved, 2, Map.of());
    Optional<Path> newest = workers.rank() == 0 ? checkpoints.newest() : Optional.empty();
    TrainingState state =
        newest.map(path -> Checkpoints.record(path).state()).orElse(TrainingState.start());
    Optional<SavedMoments> moments = newest.map(path -> Checkpoints.moments(path, optimizer));
    newest.ifPresent(path -> Checkpoints.load(path, parameters));
    Trainer trainer =
        trainer(workers, Trainer.share(workers, parameters, optimizer, state, moments));
    moments.ifPresent(SavedMoments::close);
    trainer.run((report, after) -> {
      news.accept(report);
      if (report.step() < until) {
        return;
      }
      trainer.requireSameEverywhere();
      if (workers.rank() > 0) {
        trainer.moments().write(piece -> {});
        return;
      }
      checkpoints.save(
          new TrainingRecord(
              plan, batches.fingerprint(), parameters.config().source().json(), after),
          parameters,
          trainer.moments(),
          Optional.empty());
      trainer.stop();
    });
    return trainer;
  }

  /** Trains to the end, from the newest checkpoint if there is one; saves every few steps. */
  Trainer run(Path folder, int saveEvery) {
    Checkpoints checkpoints = new Checkpoints(folder.resolve("checkpoints"), 2, Map.of());
    TrainingState state = TrainingState.start();
    Optional<Path> newest = checkpoints.newest();
    if (newest.isPresent()) {
      TrainingRecord record = Checkpoints.record(newest.get());
      record.requireSame(
          newest.get().toString(), plan, batches.fingerprint(), config().source().json());
      Checkpoints.load(newest.get(), parameters, optimizer);
      state = record.state();
    }
    Trainer trainer = trainer(state);
    try (Metrics metrics = Metrics.open(folder, state.step())) {
      trainer.run((report, after) -> {
        metrics.add(report);
        System.out.println("step " + report.step());
        if (report.step() % saveEvery == 0 || report.step() == STEPS) {
          checkpoints.save(
              new TrainingRecord(plan, batches.fingerprint(), config().source().json(), after),
              parameters,
              optimizer,
              report.validationLoss().isPresent()
                  ? Optional.of(report.validationLoss().getAsDouble())
                  : Optional.empty());
        }
      });
    }
    return trainer;
  }

  @Override
  public void close() {
    optimizer.close();
    model.close();
    parameters.close();
  }
}
