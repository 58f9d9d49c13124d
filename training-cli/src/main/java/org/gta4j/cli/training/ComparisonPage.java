package org.gta4j.cli.training;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.stream.Collectors;
import org.gta4j.attention.AttentionShape;
import org.gta4j.checkpoint.AtomicOutput;
import org.gta4j.cli.RefusedException;
import org.gta4j.cli.Terminal;

/** What an experiment found, as a Markdown page with plots beside it. */
final class ComparisonPage {
  private final Experiment experiment;
  private final List<VariantOutcome> outcomes;
  private final DecodeSpeeds speeds;

  private ComparisonPage(
      Experiment experiment, List<VariantOutcome> outcomes, DecodeSpeeds speeds) {
    this.experiment = experiment;
    this.outcomes = outcomes;
    this.speeds = speeds;
  }

  /**
   * Writes the page and {@code PAGE-PLOT.svg} of each plot. Of a page that is there, all that
   * people wrote is left.
   *
   * @param file the page, a {@code .md}
   * @param threads what decoding is timed with
   * @throws RefusedException if no training is finished, or the page is something else
   */
  static void write(
      Terminal terminal, Experiment experiment, ExperimentFolder folder, Path file, int threads) {
    String name = String.valueOf(file.getFileName());
    if (!name.endsWith(".md")) {
      throw new RefusedException(
          "--report: expected a file that ends in .md, found %s".formatted(file));
    }
    MarkedPage page = new MarkedPage(file);
    page.requireWritable();
    List<VariantOutcome> outcomes = VariantOutcome.of(experiment, folder);
    if (outcomes.isEmpty()) {
      throw new RefusedException(
          "--report: %s: no training is finished yet".formatted(folder.path()));
    }
    DecodeSpeeds speeds = DecodeSpeeds.measure(terminal, outcomes, threads);
    String stem = name.substring(0, name.length() - ".md".length());
    SequencedMap<String, String> plots = ComparisonPlots.of(outcomes);
    for (Map.Entry<String, String> plot : plots.entrySet()) {
      byte[] bytes = plot.getValue().getBytes(StandardCharsets.UTF_8);
      AtomicOutput.write(file.resolveSibling(picture(stem, plot.getKey())), bytes);
    }
    page.write("A comparison", new ComparisonPage(experiment, outcomes, speeds).text(stem));
    terminal.line("%s: %d variants".formatted(file, outcomes.size()));
  }

  private static String picture(String stem, String plot) {
    return "%s-%s.svg".formatted(stem, plot);
  }

  private String text(String stem) {
    return String.join(
        "\n\n",
        head(),
        "## Loss",
        losses(),
        "![Loss over the steps, against the mean of all](%s)".formatted(picture(stem, "curves")),
        "## What it costs",
        costs(),
        "![Loss against cache](%s)".formatted(picture(stem, "cache")),
        "![Loss against attention's work](%s)".formatted(picture(stem, "attention")),
        "Dashed: the variants than which no other one has less of both.");
  }

  private String head() {
    RunResult one = outcomes.getFirst().results().firstEntry().getValue();
    Set<Long> seeds = new LinkedHashSet<>();
    double hours = 0;
    int trainings = 0;
    long fewest = Long.MAX_VALUE;
    long most = 0;
    for (VariantOutcome outcome : outcomes) {
      seeds.addAll(outcome.results().keySet());
      trainings += outcome.results().size();
      fewest = Math.min(fewest, outcome.config().parameters());
      most = Math.max(most, outcome.config().parameters());
      for (RunResult result : outcome.results().values()) {
        hours += result.seconds() / 3600;
      }
    }
    return String.format(
        Locale.ROOT,
        "%d of %d trainings, seeds %s, %.1f hours in all. Each model has %,d to %,d parameters, of which the feed-forward"
            + " network has what attention leaves, and learned from %,d tokens in %,d steps. Everything else is the same for"
            + " all: data and its order (by seed), steps, batches, learning rate.",
        trainings,
        experiment.runs().size(),
        seeds.stream().map(String::valueOf).collect(Collectors.joining(", ")),
        hours,
        fewest,
        most,
        one.tokens(),
        one.steps());
  }

  private String losses() {
    VariantOutcome first = outcomes.getFirst();
    List<String> rows = new ArrayList<>();
    rows.add(
        "| variant | trainings | parameters | feed-forward width | validation loss | minus %s's | bits a byte |"
            .formatted(first.name()));
    rows.add("|---|---|---|---|---|---|---|");
    for (VariantOutcome outcome : outcomes) {
      rows.add(
          String.format(
              Locale.ROOT,
              "| %s | %d | %,d | %,d | %s | %s | %s |",
              outcome.name(),
              outcome.results().size(),
              outcome.config().parameters(),
              outcome.config().intermediateSize(),
              cell("", outcome.loss()),
              outcome.equals(first)
                  ? ""
                  : outcome.lossAgainst(first).map(spread -> cell("+", spread)).orElse(""),
              cell("", outcome.bitsPerByte())));
    }
    rows.add("");
    rows.add(
        "Loss in nats a token, after the last step, mean over seeds ± half the distance from lowest to highest. Differences are"
            + " taken seed by seed.");
    return String.join("\n", rows);
  }

  private String costs() {
    List<String> rows = new ArrayList<>();
    rows.add(
        "| variant | cache, numbers | attention, multiply-adds | "
            + DecodeSpeeds.BATCHES.stream()
                .map("decoding, %d at once"::formatted)
                .collect(Collectors.joining(" | "))
            + " |");
    rows.add("|---|---|---|" + "---|".repeat(DecodeSpeeds.BATCHES.size()));
    for (VariantOutcome outcome : outcomes) {
      AttentionShape shape = outcome.shape();
      rows.add(
          String.format(
              Locale.ROOT,
              "| %s | %,d | %,d | %s |",
              outcome.name(),
              shape.cacheElements(),
              shape.multiplyAddsPerPair(),
              DecodeSpeeds.BATCHES.stream()
                  .map(batch -> String.format(Locale.ROOT, "%,.0f", speeds.of(outcome, batch)))
                  .collect(Collectors.joining(" | "))));
    }
    rows.add("");
    rows.add(
        String.format(
            Locale.ROOT,
            "Cache: a token and layer. Attention: a pair of tokens and layer, as the engine computes it (MLA absorbed). Decoding:"
                + " tokens a second of all sequences together, each after %,d tokens, %s weights, cache %s, variants taking"
                + " turns; %s.",
            DecodeSpeeds.CONTEXT,
            DecodeSpeeds.WEIGHTS.label(),
            DecodeSpeeds.CACHE.label(),
            speeds.kernels()));
    return String.join("\n", rows);
  }

  /**
   * A number with its spread, if it has one.
   *
   * @param sign {@code "+"} to write it with its sign
   */
  private static String cell(String sign, Spread spread) {
    String mean = String.format(Locale.ROOT, "%" + sign + ".4f", spread.mean());
    return spread.half() == 0 ? mean : String.format(Locale.ROOT, "%s ± %.4f", mean, spread.half());
  }
}
