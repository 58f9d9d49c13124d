package org.gta4j.cli;

import org.gta4j.cost.SharedProcessors;
import org.gta4j.model.ModelConfig;
import org.gta4j.tensor.DType;

/** How fast this machine trains, asked of the application that can train. */
@FunctionalInterface
public interface TrainingMeasure {
  /**
   * Measures for some seconds.
   *
   * @param config the model
   * @param products f32 or bf16
   * @param sequences of the batches that are computed at once
   * @param length tokens of each
   * @param threads of each process
   */
  SharedProcessors measure(
      ModelConfig config, DType products, int sequences, int length, int threads);
}
