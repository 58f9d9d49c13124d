package org.gta4j.cli.training;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/**
 * Trainings that differ in attention and seed and in nothing else.
 *
 * @param file where it is written down, for messages
 * @param texts what is learned and measured on, as far as the file says
 * @param schedule the numbers of each training
 * @param sequence tokens a sequence
 * @param validateEvery steps between validations
 * @param saveEvery steps between checkpoints
 * @param budget parameters of each model
 * @param seeds of first weights and order
 * @param variants what is compared
 */
record Experiment(
    String file,
    Texts texts,
    Schedule schedule,
    int sequence,
    long validateEvery,
    long saveEvery,
    ParameterBudget budget,
    List<Long> seeds,
    List<Variant> variants) {

  /**
   * Files of texts.
   *
   * @param data what is learned
   * @param validation what the loss is measured on
   * @param field the field or column of files that have several
   * @param tokenizer what makes tokens of both
   */
  record Texts(
      List<String> data,
      List<String> validation,
      Optional<String> field,
      Optional<String> tokenizer) {}

  /**
   * A model to train.
   *
   * @param name what tables call it
   * @param keys its configuration but for what follows from tokenizer and budget
   */
  record Variant(String name, ObjectNode keys) {}

  /**
   * One training.
   *
   * @param variant the model
   * @param seed of first weights and order
   */
  record Run(Variant variant, long seed) {
    /** The name of its files. */
    String name() {
      return variant.name() + "-" + seed;
    }
  }

  /** What a training's result depends on, as far as the file says. */
  RunSettings settings(Run run) {
    return RunSettings.of(schedule.plan(sequence, run.seed()), run.variant().keys());
  }

  /** All trainings, seed by seed, so that all variants can be compared as early as possible. */
  List<Run> runs() {
    List<Run> runs = new ArrayList<>();
    for (long seed : seeds) {
      for (Variant variant : variants) {
        runs.add(new Run(variant, seed));
      }
    }
    return runs;
  }
}
