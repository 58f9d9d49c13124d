package org.gta4j.cli.training;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.gta4j.attention.AttentionShape;
import org.gta4j.plot.Page;

/** What an experiment found, on a page: losses, costs and how they belong together. */
final class ComparisonPage {
  private final List<VariantOutcome> outcomes;
  private final Optional<DecodeSpeeds> speeds;

  private ComparisonPage(List<VariantOutcome> outcomes, Optional<DecodeSpeeds> speeds) {
    this.outcomes = outcomes;
    this.speeds = speeds;
  }

  /**
   * The page.
   *
   * @param outcomes of at least one variant; others' losses are compared with the first one's
   * @param speeds how fast they decode, where that was measured
   */
  static Page of(List<VariantOutcome> outcomes, Optional<DecodeSpeeds> speeds) {
    return new ComparisonPage(outcomes, speeds).page();
  }

  private Page page() {
    return new Page(
        "A comparison",
        List.of(
            new Page.Text(head()),
            new Page.Heading("Loss"),
            losses(),
            new Page.Text(
                "Loss in nats a token, after the last step, mean over seeds ± half the distance from lowest to highest. Differences are"
                    + " taken seed by seed."),
            ComparisonPlots.curves(outcomes),
            new Page.Heading("What it costs"),
            costs(),
            new Page.Text(measures()),
            ComparisonPlots.cache(outcomes),
            ComparisonPlots.attention(outcomes),
            new Page.Text("Dashed: the variants than which no other one has less of both.")));
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
        "%d trainings, seeds %s, %.1f hours in all. Each model has %,d to %,d parameters, of which the feed-forward"
            + " network has what attention leaves, and learned from %,d tokens in %,d steps. Everything else is the same for"
            + " all: data and its order (by seed), steps, batches, learning rate.",
        trainings,
        seeds.stream().map(String::valueOf).collect(Collectors.joining(", ")),
        hours,
        fewest,
        most,
        one.tokens(),
        one.steps());
  }

  private Page.Table losses() {
    VariantOutcome first = outcomes.getFirst();
    List<List<String>> rows = new ArrayList<>();
    for (VariantOutcome outcome : outcomes) {
      rows.add(
          List.of(
              outcome.name(),
              Integer.toString(outcome.results().size()),
              whole(outcome.config().parameters()),
              whole(outcome.config().intermediateSize()),
              cell("", outcome.loss()),
              outcome.equals(first)
                  ? ""
                  : outcome.lossAgainst(first).map(spread -> cell("+", spread)).orElse(""),
              cell("", outcome.bitsPerByte())));
    }
    return new Page.Table(
        List.of(
            "variant",
            "trainings",
            "parameters",
            "feed-forward width",
            "validation loss",
            "minus %s's".formatted(first.name()),
            "bits a byte"),
        rows);
  }

  private Page.Table costs() {
    List<String> head =
        new ArrayList<>(List.of("variant", "cache, numbers", "attention, multiply-adds"));
    speeds.ifPresent(known ->
        DecodeSpeeds.BATCHES.forEach(batch -> head.add("decoding, %d at once".formatted(batch))));
    List<List<String>> rows = new ArrayList<>();
    for (VariantOutcome outcome : outcomes) {
      AttentionShape shape = outcome.shape();
      List<String> row = new ArrayList<>();
      row.add(outcome.name());
      row.add(whole(shape.cacheElements()));
      row.add(whole(shape.multiplyAddsPerPair()));
      speeds.ifPresent(known ->
          DecodeSpeeds.BATCHES.forEach(batch ->
              row.add(
                  known
                      .of(outcome.name(), batch)
                      .map(speed -> String.format(Locale.ROOT, "%,.0f", speed))
                      .orElse(""))));
      rows.add(row);
    }
    return new Page.Table(head, rows);
  }

  private String measures() {
    String costs =
        "Cache: a token and layer. Attention: a pair of tokens and layer, as the engine computes it (MLA absorbed).";
    return speeds
        .map(known ->
            String.format(
                Locale.ROOT,
                "%s Decoding: tokens a second of all sequences together, each after %,d tokens, %s weights, cache %s, variants"
                    + " taking turns; %s.",
                costs,
                known.context(),
                known.weights(),
                known.cacheType(),
                known.kernels()))
        .orElse(costs);
  }

  private static String whole(long number) {
    return String.format(Locale.ROOT, "%,d", number);
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
