package org.gta4j.cli.training;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.gta4j.attention.AttentionShape;
import org.gta4j.model.ModelConfig;

/**
 * What came out of a variant's trainings so far.
 *
 * @param name what tables call it
 * @param results by seed, at least one
 */
record VariantOutcome(String name, SequencedMap<Long, RunResult> results) {
  /** Those with the largest caches first: what others are compared with. */
  private static final Comparator<VariantOutcome> ORDER =
      Comparator.comparingLong((VariantOutcome outcome) -> -outcome.shape().cacheElements())
          .thenComparing(VariantOutcome::name);

  private static final Pattern FILE = Pattern.compile("(.+)-(\\d{1,18})\\.json");

  /**
   * The outcomes of all that a folder has results of, those with the largest caches first.
   *
   * @throws org.gta4j.checkpoint.CheckpointException if a file is damaged, or results are of
   *     different texts, tokenizers or numbers of parameters
   */
  static List<VariantOutcome> of(ExperimentFolder folder) {
    ComparableResults comparable = new ComparableResults(Optional.empty());
    Map<String, SequencedMap<Long, RunResult>> results = new TreeMap<>();
    for (Path file : folder.results()) {
      Matcher name = FILE.matcher(String.valueOf(file.getFileName()));
      if (name.matches()) {
        long seed = Long.parseLong(name.group(2));
        RunResult result = RunResult.read(file);
        comparable.add(file, seed, result);
        results.computeIfAbsent(name.group(1), variant -> new TreeMap<>()).put(seed, result);
      }
    }
    return results.entrySet().stream()
        .map(entry -> new VariantOutcome(entry.getKey(), entry.getValue()))
        .sorted(ORDER)
        .toList();
  }

  /**
   * The outcomes of all of an experiment's variants that have any, in the same order.
   *
   * @throws org.gta4j.checkpoint.CheckpointException if results are of different texts, tokenizers
   *     or budgets
   */
  static List<VariantOutcome> of(Experiment experiment, ExperimentFolder folder) {
    List<VariantOutcome> outcomes = new ArrayList<>();
    ComparableResults comparable = new ComparableResults(Optional.of(experiment.budget()));
    for (Experiment.Variant variant : experiment.variants()) {
      SequencedMap<Long, RunResult> results = new TreeMap<>();
      for (long seed : experiment.seeds()) {
        Experiment.Run run = new Experiment.Run(variant, seed);
        if (folder.state(run, experiment.settings(run))
            instanceof ExperimentFolder.State.Done done) {
          comparable.add(folder.result(run), seed, done.result());
          results.put(seed, done.result());
        }
      }
      if (!results.isEmpty()) {
        outcomes.add(new VariantOutcome(variant.name(), results));
      }
    }
    outcomes.sort(ORDER);
    return outcomes;
  }

  /** The model. */
  ModelConfig config() {
    return results.firstEntry().getValue().config();
  }

  /** The sizes of its attention. */
  AttentionShape shape() {
    return config().attention().shape();
  }

  /** Validation loss after the last step, nats a token. */
  Spread loss() {
    return spread(RunResult::loss);
  }

  /** Bits a byte of the validation text. */
  Spread bitsPerByte() {
    return spread(RunResult::bitsPerByte);
  }

  private Spread spread(ToDoubleFunction<RunResult> number) {
    return Spread.of(results.values().stream().map(number::applyAsDouble).toList());
  }

  /**
   * How much higher its loss is than another's, seed by seed, which leaves out what a seed's order
   * of the data does to both; empty where they have no seed in common.
   */
  Optional<Spread> lossAgainst(VariantOutcome other) {
    List<Double> differences = new ArrayList<>();
    for (Map.Entry<Long, RunResult> entry : results.entrySet()) {
      RunResult theirs = other.results.get(entry.getKey());
      if (theirs != null) {
        differences.add(entry.getValue().loss() - theirs.loss());
      }
    }
    return differences.isEmpty() ? Optional.empty() : Optional.of(Spread.of(differences));
  }

  /** Mean validation losses over the first seed's steps, of all seeds that have one there. */
  List<RunResult.Point> curve() {
    Map<Long, Double> means =
        RunResult.Point.means(results.values().stream().flatMap(result -> result.curve().stream()));
    return results.firstEntry().getValue().curve().stream()
        .map(point ->
            new RunResult.Point(point.step(), means.getOrDefault(point.step(), point.loss())))
        .toList();
  }
}
