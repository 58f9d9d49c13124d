package org.gta4j.cli.training;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.gta4j.checkpoint.Folders;
import org.gta4j.checkpoint.Json;
import org.gta4j.cli.RefusedException;
import org.gta4j.train.run.Checkpoints;

/**
 * An experiment's folder: {@code results/RUN.json} of every training that is finished, here or
 * elsewhere, and {@code runs/RUN} of those that are not.
 *
 * @param path where it is
 */
record ExperimentFolder(Path path) {
  /** The folder of results. */
  static final String RESULTS = "results";

  private static final String SETTINGS = "settings.json";

  /** How far a training is. */
  sealed interface State {
    /** It is finished. */
    record Done(RunResult result) implements State {}

    /** It can go on after a step. */
    record Begun(long step) implements State {}

    /** Nothing was saved yet. */
    record Waiting() implements State {}
  }

  /** The file of a training's result. */
  Path result(Experiment.Run run) {
    return path.resolve(RESULTS).resolve(run.name() + ".json");
  }

  /**
   * The files of all results, in the order of their names.
   *
   * @throws RefusedException if there is no folder of results
   */
  List<Path> results() {
    Path place = path.resolve(RESULTS);
    try (Stream<Path> files = Files.list(place)) {
      return files.sorted().toList();
    } catch (IOException e) {
      throw new RefusedException("%s: cannot be read: %s".formatted(place, e.getMessage()), e);
    }
  }

  /** The folder of a training. */
  Path run(Experiment.Run run) {
    return path.resolve("runs").resolve(run.name());
  }

  /**
   * How far a training is.
   *
   * @throws org.gta4j.checkpoint.CheckpointException if what is there is damaged, or of other
   *     settings, as far as those are known
   */
  State state(Experiment.Run run, RunSettings settings) {
    Path file = result(run);
    if (Files.exists(file)) {
      RunResult found = RunResult.read(file);
      settings.requireSame(
          file.toString(), found.settings(), "move it away, or choose another --out");
      return new State.Done(found);
    }
    Path folder = run(run);
    Optional<Path> newest =
        new Checkpoints(folder.resolve(TrainingSession.CHECKPOINTS), 1, Map.of()).newest();
    if (newest.isEmpty()) {
      return new State.Waiting();
    }
    Path begun = folder.resolve(SETTINGS);
    settings.requireSame(
        begun.toString(),
        Json.readObject(begun),
        "delete the folder %s, or choose another --out".formatted(folder));
    return new State.Begun(Checkpoints.record(newest.get()).state().step());
  }

  /** Makes the folder of a training, and notes what it is. */
  void begin(Experiment.Run run, RunSettings settings) {
    try {
      Files.createDirectories(run(run));
      Files.createDirectories(path.resolve(RESULTS));
    } catch (IOException e) {
      throw unwritable(run(run), e);
    }
    settings.write(run(run).resolve(SETTINGS));
  }

  /**
   * Deletes what a finished training does not need any more.
   *
   * @param keepModel whether its model is left
   */
  void tidy(Experiment.Run run, boolean keepModel) {
    Path doomed = keepModel ? run(run).resolve(TrainingSession.CHECKPOINTS) : run(run);
    try {
      Folders.delete(doomed);
    } catch (IOException e) {
      throw unwritable(doomed, e);
    }
  }

  private static RefusedException unwritable(Path file, IOException e) {
    return new RefusedException("%s: cannot be written: %s".formatted(file, e.getMessage()), e);
  }
}
