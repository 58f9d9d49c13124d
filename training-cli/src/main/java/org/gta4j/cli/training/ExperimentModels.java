package org.gta4j.cli.training;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import org.gta4j.cli.MachineMemory;
import org.gta4j.cli.RefusedException;
import org.gta4j.cli.data.TokenizerFiles;
import org.gta4j.model.ModelConfig;
import org.gta4j.train.run.TrainingPlan;
import tools.jackson.databind.node.ObjectNode;

/**
 * The models of an experiment's variants. What certainly cannot be trained of them is found before
 * any text is read and any training begins, not when its turn comes.
 */
final class ExperimentModels {
  private final Experiment experiment;
  private final Map<String, ModelConfig> configs = new LinkedHashMap<>();

  /**
   * The models for a tokenizer.
   *
   * @throws org.gta4j.checkpoint.CheckpointException if a variant cannot have the parameters that
   *     are asked for, naming it
   */
  ExperimentModels(Experiment experiment, TokenizerFiles words) {
    this.experiment = experiment;
    for (Experiment.Variant variant : experiment.variants()) {
      ObjectNode keys = variant.keys().deepCopy();
      words.fit(keys);
      configs.put(
          variant.name(), experiment.budget().fit(experiment.file() + ": " + variant.name(), keys));
    }
  }

  /** The model of a training. */
  ModelConfig config(Experiment.Run run) {
    ModelConfig config = configs.get(run.variant().name());
    if (config == null) {
      throw new IllegalArgumentException("no variant has the name " + run.variant().name());
    }
    return config;
  }

  /** The plan of a training. */
  TrainingPlan plan(Experiment.Run run) {
    return experiment.schedule().plan(experiment.sequence(), run.seed());
  }

  /**
   * What a training takes.
   *
   * @param threads batches computed at once
   */
  MemoryNeed need(Experiment.Run run, int threads) {
    return new MemoryNeed(
        config(run),
        Optional.empty(),
        plan(run),
        experiment.sequence(),
        threads,
        MemoryNeed.From.AN_EXPERIMENT);
  }

  /**
   * Makes sure that no training that is left certainly needs more memory than is available.
   *
   * @param threads batches computed at once
   * @throws RefusedException naming the variants that do
   * @throws org.gta4j.checkpoint.CheckpointException if the folder is of another experiment
   */
  void requireMemory(ExperimentFolder folder, int threads) {
    SequencedMap<String, String> refused = new LinkedHashMap<>();
    for (Experiment.Run run : experiment.runs()) {
      if (!(folder.state(run, experiment.settings(run)) instanceof ExperimentFolder.State.Done)) {
        need(run, threads)
            .refusal(1, 1, 1, MachineMemory.availableBytes())
            .ifPresent(sentence -> refused.putIfAbsent(run.variant().name(), sentence));
      }
    }
    if (!refused.isEmpty()) {
      List<String> others = new ArrayList<>(refused.keySet()).subList(1, refused.size());
      throw new RefusedException(
          "%s: %s: %s%s"
              .formatted(
                  experiment.file(),
                  refused.firstEntry().getKey(),
                  refused.firstEntry().getValue(),
                  others.isEmpty()
                      ? ""
                      : "; there is not enough for these either: " + String.join(", ", others)));
    }
  }
}
