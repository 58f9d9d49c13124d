package org.gta4j.cli.training;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import org.gta4j.checkpoint.CheckpointException;
import org.gta4j.cli.Progress;
import org.gta4j.cli.RefusedException;
import org.gta4j.cli.Terminal;
import org.gta4j.cli.data.TokenizerFiles;
import org.gta4j.tokenizer.TokenDecoder;
import org.gta4j.tokenizer.Tokenizer;
import org.gta4j.train.batch.TokenBatches;
import org.gta4j.train.batch.TokenRun;
import org.gta4j.train.run.StepReport;
import org.gta4j.train.run.Trainer;

/** Makes the trainings of an experiment that are not made yet, one after the other. */
final class ExperimentRunner {
  /**
   * What does not change the results.
   *
   * @param limit trainings to make at most
   * @param keepModels whether models are left behind
   * @param threads batches computed at once
   */
  record Options(int limit, boolean keepModels, int threads) {}

  private final Terminal terminal;
  private final Experiment experiment;
  private final ExperimentFolder folder;
  private final ExperimentModels models;
  private final TokenizerFiles words;
  private final TokenRun data;
  private final TokenBatches held;
  private final double validationBytes;
  private final Map<Long, TokenBatches> batches = new HashMap<>();
  private int done;

  /**
   * A runner.
   *
   * @param models the variants' models, which fit the tokenizer
   * @param data the tokens to learn
   * @param validation the tokens to measure the loss on
   */
  ExperimentRunner(
      Terminal terminal,
      Experiment experiment,
      ExperimentFolder folder,
      ExperimentModels models,
      TokenizerFiles words,
      int[] data,
      int[] validation) {
    this.terminal = terminal;
    this.experiment = experiment;
    this.folder = folder;
    this.models = models;
    this.words = words;
    this.data = TokenRun.of(data);
    held = new TokenBatches(validation, experiment.sequence(), 0);
    validationBytes = bytesPerTarget(words.tokenizer(), validation);
  }

  /** The text's bytes by the targets that are measured: all tokens of whole sequences. */
  private double bytesPerTarget(Tokenizer tokenizer, int... tokens) {
    TokenDecoder decoder = tokenizer.decoder();
    long targets = held.sequencesPerEpoch() * experiment.sequence();
    long bytes = 0;
    for (int i = 0; i <= targets; i++) {
      int length = decoder.next(tokens[i]).getBytes(StandardCharsets.UTF_8).length;
      bytes += i == 0 ? 0 : length;
    }
    return (double) bytes / targets;
  }

  /** All that a training's result depends on. */
  RunSettings settings(Experiment.Run run) {
    return RunSettings.of(
        models.plan(run),
        models.config(run),
        batches(run.seed()).fingerprint(),
        held.fingerprint());
  }

  private TokenBatches batches(long seed) {
    return batches.computeIfAbsent(seed, of -> new TokenBatches(data, experiment.sequence(), of));
  }

  /**
   * Trains what is left, until it is done, the limit is reached or the user stops it.
   *
   * @throws RefusedException at the end, if some of it could not be trained
   */
  void run(Options options) {
    List<Experiment.Run> all = experiment.runs();
    done = 0;
    SequencedMap<Experiment.Run, Long> wanted = new LinkedHashMap<>();
    for (Experiment.Run run : all) {
      ExperimentFolder.State state = folder.state(run, settings(run));
      if (state instanceof ExperimentFolder.State.Done) {
        done++;
      } else if (wanted.size() < options.limit()) {
        wanted.put(run, stepsLeft(state));
      }
    }
    long steps = wanted.values().stream().mapToLong(Long::longValue).sum();
    List<String> failed = new ArrayList<>();
    boolean stopped = false;
    try (Progress progress = new Progress(terminal, "experiment", steps, "steps")) {
      long before = 0;
      for (Map.Entry<Experiment.Run, Long> entry : wanted.entrySet()) {
        Experiment.Run run = entry.getKey();
        try {
          stopped = !train(run, options, progress, before);
        } catch (RefusedException | CheckpointException e) {
          // The others do not depend on it, and nobody may be there to start them.
          terminal.say("%s: %s".formatted(run.name(), e.getMessage()));
          failed.add(run.name());
        }
        before += entry.getValue();
        if (stopped) {
          break;
        }
      }
    }
    String count = "%d of %d trainings are done".formatted(done, all.size());
    if (!failed.isEmpty()) {
      throw new RefusedException(
          "%s; these failed, as was said above: %s".formatted(count, String.join(", ", failed)));
    }
    terminal.line(stopped ? "stopped and saved; the same command goes on. " + count : count);
  }

  /** Makes a training; returns whether to go on with the next. */
  private boolean train(Experiment.Run run, Options options, Progress progress, long before) {
    String place = "%s, %d of %d".formatted(run.name(), done + 1, experiment.runs().size());
    long[] begun = {0};
    try (TrainingSession session = session(run, options.threads())) {
      folder.begin(run, settings(run));
      session.train(
          terminal,
          true,
          new Team.Alone(),
          step -> begun[0] = step,
          report -> progress.at(before + report.step() - begun[0], aside(place, report)));
      if (!session.isFinished()) {
        return false;
      }
      RunResult result = result(run);
      result.write(folder.result(run));
      done++;
      terminal.line(
          String.format(
              Locale.ROOT,
              "%s: validation loss %.4f, %.4f bits a byte",
              place,
              result.loss(),
              result.bitsPerByte()));
      folder.tidy(run, options.keepModels());
      return !session.isStopped();
    }
  }

  private long stepsLeft(ExperimentFolder.State state) {
    long all = experiment.schedule().steps();
    return state instanceof ExperimentFolder.State.Begun begun ? all - begun.step() : all;
  }

  private TrainingSession session(Experiment.Run run, int threads) {
    models.need(run, threads).require(new Team.Alone()); // others may have taken some meanwhile
    return new TrainingSession(
        new TrainingSession.Settings(
            folder.run(run),
            1,
            experiment.saveEvery(),
            threads,
            Optional.empty(),
            Team.Division.NONE),
        models.plan(run),
        models.config(run),
        words.files(),
        batches(run.seed()),
        Optional.of(
            new Trainer.Validation(
                held, Math.toIntExact(held.sequencesPerEpoch()), experiment.validateEvery())));
  }

  private static String aside(String place, StepReport report) {
    return "%s: step %d, %s".formatted(place, report.step(), TrainingSession.aside(report));
  }

  private RunResult result(Experiment.Run run) {
    MetricsFile metrics = MetricsFile.read(folder.run(run));
    List<RunResult.Point> curve = metrics.validations();
    long steps = experiment.schedule().steps();
    if (curve.isEmpty() || curve.getLast().step() != steps) {
      throw new RefusedException(
          "%s: there is no validation loss of step %d in it: delete the folder to train it again"
              .formatted(folder.run(run), steps));
    }
    return new RunResult(
        settings(run).json(),
        models.config(run),
        curve.getLast().loss() / Math.log(2) / validationBytes,
        steps,
        metrics.tokens(),
        metrics.seconds(),
        curve);
  }
}
