package org.gta4j.cli.training;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.gta4j.cli.Check;
import org.gta4j.cli.EvalOutput;
import org.gta4j.cli.RefusedException;
import org.gta4j.cli.Setting;
import org.gta4j.cli.Terminal;
import org.gta4j.cli.UsageException;
import org.gta4j.cli.Verb;
import org.gta4j.cli.training.report.Curves;
import org.gta4j.plot.Page;
import org.gta4j.train.run.Metrics;

/** {@code gta report}. */
final class ReportVerb extends Verb {
  private final Setting<String> source =
      Setting.parameter(
          "FOLDER", "What gta train, gta experiment or gta eval wrote with --out FOLDER.");
  private final Setting<String> out =
      Setting.required(
          "--out",
          "FILE.html|FILE.md",
          "The page: HTML has everything inside; Markdown has its plots beside it, and keeps what people wrote around its part.");

  @SuppressWarnings("this-escape") // picocli keeps it, and looks at it when a command is parsed
  ReportVerb() {
    super(
        "report",
        "FOLDER --out FILE",
        List.of(
            "Writes a page with tables and curves of what a training, an experiment or an evaluation left in its folder.",
            "Nothing is computed again: only files are read."),
        List.of(
            "gta report run --out run.html",
            "gta report docs/comparison --out docs/comparison.md",
            "gta report results --out evaluation.md"));
    add(source, out);
    addHelp();
  }

  @Override
  public void run(Terminal terminal) {
    if (!source.isGiven()) {
      throw UsageException.of(source.name(), "a folder", "none");
    }
    Path folder = Check.path(source);
    PageFile file = PageFile.of(out);
    file.write(page(folder));
    terminal.line(file.path().toString());
  }

  /** The page of a folder's results. */
  static Page page(Path folder) {
    if (Files.exists(folder.resolve(Metrics.FILE))) {
      return Curves.page(folder)
          .orElseThrow(() ->
              new RefusedException(
                  "%s: no step is written down yet".formatted(folder.resolve(Metrics.FILE))));
    }
    if (Files.exists(folder.resolve(EvalOutput.RESULTS))) {
      return EvaluationPage.of(folder);
    }
    if (Files.isDirectory(folder.resolve(ExperimentFolder.RESULTS))) {
      List<VariantOutcome> outcomes = VariantOutcome.of(new ExperimentFolder(folder));
      if (outcomes.isEmpty()) {
        throw new RefusedException(
            "%s: no training is finished yet".formatted(folder.resolve(ExperimentFolder.RESULTS)));
      }
      return ComparisonPage.of(outcomes, DecodeSpeeds.read(folder));
    }
    throw new RefusedException(
        "%s: expected %s of a training, %s of an evaluation, or a folder %s of an experiment; found none of them"
            .formatted(folder, Metrics.FILE, EvalOutput.RESULTS, ExperimentFolder.RESULTS));
  }
}
