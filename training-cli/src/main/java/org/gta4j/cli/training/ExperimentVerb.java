package org.gta4j.cli.training;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.gta4j.cli.Check;
import org.gta4j.cli.RefusedException;
import org.gta4j.cli.Setting;
import org.gta4j.cli.Terminal;
import org.gta4j.cli.UsageException;
import org.gta4j.cli.Verb;
import org.gta4j.cli.data.TextOptions;
import org.gta4j.cli.data.TokenizerFiles;

/** {@code gta experiment}. */
final class ExperimentVerb extends Verb {
  private final Setting<String> file =
      Setting.parameter("FILE.yaml", "What is compared: docs/training.md lists the keys.");
  private final Setting<String> out =
      Setting.required("--out", "FOLDER", "Where results and unfinished trainings go.");
  private final TextOptions data = TextOptions.insteadOfTheFiles();
  private final Setting<List<String>> validation =
      Setting.texts(
          "--validation", "FILE", "A text to measure the loss on, instead of the file's.");
  private final Setting<String> tokenizer =
      Setting.text("--tokenizer", "PATH", "A tokenizer, instead of the file's.");
  private final Setting<Integer> limit =
      Setting.integer("--limit", "N", "Trainings to make at most (default: all).");
  private final Setting<Boolean> list =
      Setting.flag("--list", "Only show how far every training is.");
  private final Setting<String> report =
      Setting.text(
          "--report",
          "FILE.md|FILE.html",
          "Only write a page with tables and plots of what is done so far; times decoding for it,"
              + " and notes that in FOLDER/decoding.json.");
  private final Setting<Boolean> keepModels =
      Setting.flag("--keep-models", "Leave every model in FOLDER/runs.");
  private final Setting<Integer> threads =
      Setting.integer("--threads", "N", "Threads (default: one for each core).");

  @SuppressWarnings("this-escape") // picocli keeps it, and looks at it when a command is parsed
  ExperimentVerb() {
    super(
        "experiment",
        "FILE.yaml --out FOLDER [OPTION]...",
        List.of(
            "Trains attention variants with several seeds, with the same data, steps and number of"
                + " parameters, and compares them.",
            "Ctrl-C ends it after the step it is at, and saves; the same command goes on from"
                + " there. Finished trainings are",
            "FOLDER/results/NAME-SEED.json, which may come from another machine."),
        List.of(
            "gta experiment docs/comparison.yaml --data stories.txt --validation held-out.txt"
                + " --tokenizer tokenizer --out comparison",
            "gta experiment docs/comparison.yaml --out comparison --list",
            "gta experiment docs/comparison.yaml --out comparison --report comparison.md"));
    add(file, out);
    data.addTo(this);
    add(validation, tokenizer, limit, list, report, keepModels, threads);
    addHelp();
  }

  @Override
  public void run(Terminal terminal) {
    if (!file.isGiven()) {
      throw UsageException.of(file.name(), "a file with an experiment", "none");
    }
    Experiment experiment = read(Check.path(file));
    Path place = Check.path(out);
    if (Files.exists(place) && !Files.isDirectory(place)) {
      throw new RefusedException("--out: %s is a file".formatted(place));
    }
    ExperimentFolder folder = new ExperimentFolder(place);
    if (list.isGiven()) {
      list(terminal, experiment, folder);
      return;
    }
    int cores = Check.count(threads, 1, Runtime.getRuntime().availableProcessors());
    if (report.isGiven()) {
      report(terminal, VariantOutcome.of(experiment, folder), folder, cores);
      return;
    }
    Check.requireFolder(out, place);
    ExperimentRunner.Options options =
        new ExperimentRunner.Options(
            Check.count(limit, 1, Integer.MAX_VALUE), keepModels.isGiven(), cores);
    TokenizerFiles words =
        TokenizerFiles.read(
            tokenizer.isGiven()
                ? Check.path(tokenizer)
                : Path.of(
                    experiment
                        .texts()
                        .tokenizer()
                        .orElseThrow(() -> missing("--tokenizer", "a tokenizer"))));
    ExperimentModels models = new ExperimentModels(experiment, words);
    models.requireMemory(folder, cores);
    int[] learned = tokens(terminal, data.data(), experiment.texts().data(), experiment, words);
    int[] held = tokens(terminal, validation, experiment.texts().validation(), experiment, words);
    ExperimentRunner runner =
        new ExperimentRunner(terminal, experiment, folder, models, words, learned, held);
    FolderLock.alone(place, () -> runner.run(options));
  }

  private void report(
      Terminal terminal, List<VariantOutcome> outcomes, ExperimentFolder folder, int threads) {
    PageFile file = PageFile.of(report);
    if (outcomes.isEmpty()) {
      throw new RefusedException(
          "--report: %s: no training is finished yet".formatted(folder.path()));
    }
    DecodeSpeeds speeds = DecodeSpeeds.measure(terminal, outcomes, threads);
    speeds.write(folder.path());
    file.write(ComparisonPage.of(outcomes, Optional.of(speeds)));
    terminal.line("%s: %d variants".formatted(file.path(), outcomes.size()));
  }

  private static Experiment read(Path path) {
    try {
      return ExperimentFile.read(path);
    } catch (IllegalArgumentException e) {
      throw new RefusedException(String.valueOf(e.getMessage()), e);
    }
  }

  private int[] tokens(
      Terminal terminal,
      Setting<List<String>> option,
      List<String> written,
      Experiment experiment,
      TokenizerFiles words) {
    List<String> files = option.or(written);
    if (files.isEmpty()) {
      throw missing(option.name(), "a text file");
    }
    String field = data.field(experiment.texts().field().orElse(TextOptions.USUAL_FIELD));
    return new TextTokens(option.name(), files, field)
        .read(terminal, words.tokenizer(), experiment.sequence());
  }

  private static UsageException missing(String option, String expected) {
    return UsageException.of(option, expected, "none, and none in the experiment's file");
  }

  private static void list(Terminal terminal, Experiment experiment, ExperimentFolder folder) {
    int done = 0;
    List<Experiment.Run> runs = experiment.runs();
    for (Experiment.Run run : runs) {
      ExperimentFolder.State state = folder.state(run, experiment.settings(run));
      if (state instanceof ExperimentFolder.State.Done) {
        done++;
      }
      terminal.line("%s: %s".formatted(run.name(), describe(state, experiment)));
    }
    terminal.line("%d of %d trainings are done".formatted(done, runs.size()));
  }

  private static String describe(ExperimentFolder.State state, Experiment experiment) {
    return switch (state) {
      case ExperimentFolder.State.Done done ->
          String.format(
              Locale.ROOT,
              "done, validation loss %.4f, %.4f bits a byte",
              done.result().loss(),
              done.result().bitsPerByte());
      case ExperimentFolder.State.Begun begun ->
          "after step %d of %d".formatted(begun.step(), experiment.schedule().steps());
      case ExperimentFolder.State.Waiting ignored -> "not begun";
    };
  }
}
