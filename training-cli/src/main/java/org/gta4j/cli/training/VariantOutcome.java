package org.gta4j.cli.training;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import org.gta4j.attention.AttentionShape;
import org.gta4j.model.ModelConfig;

/**
 * What came out of a variant's trainings so far.
 *
 * @param name what tables call it
 * @param results by seed, at least one
 */
record VariantOutcome(String name, SequencedMap<Long, RunResult> results) {
  /** The outcomes of all variants that have any, in the experiment's order. */
  static List<VariantOutcome> of(Experiment experiment, ExperimentFolder folder) {
    List<VariantOutcome> outcomes = new ArrayList<>();
    for (Experiment.Variant variant : experiment.variants()) {
      SequencedMap<Long, RunResult> results = new TreeMap<>();
      for (long seed : experiment.seeds()) {
        Experiment.Run run = new Experiment.Run(variant, seed);
        if (folder.state(run, experiment.settings(run))
            instanceof ExperimentFolder.State.Done done) {
          results.put(seed, done.result());
        }
      }
      if (!results.isEmpty()) {
        outcomes.add(new VariantOutcome(variant.name(), results));
      }
    }
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

  /** Mean validation losses over the steps, of the seeds that have as many as the first. */
  List<RunResult.Point> curve() {
    List<RunResult.Point> first = results.firstEntry().getValue().curve();
    List<RunResult.Point> curve = new ArrayList<>();
    for (int i = 0; i < first.size(); i++) {
      int at = i;
      double loss =
          results.values().stream()
              .filter(result -> result.curve().size() == first.size())
              .mapToDouble(result -> result.curve().get(at).loss())
              .average()
              .orElseThrow();
      curve.add(new RunResult.Point(first.get(i).step(), loss));
    }
    return curve;
  }
}
