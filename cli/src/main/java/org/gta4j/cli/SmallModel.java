package org.gta4j.cli;

import org.gta4j.checkpoint.Checkpoint;
import org.gta4j.generate.LoadOptions;
import org.gta4j.model.ModelConfig;
import org.gta4j.ops.Backends;
import org.gta4j.tensor.Tensor;

/**
 * A model so small that plain loops have computed its whole context before the JVM has compiled the
 * vector code. llama2.c's stories260K is one: with vectors its first token comes 0.2 seconds later,
 * and 256 tokens take three times as long.
 */
final class SmallModel {
  /** Multiply-adds that plain loops do in about half a second. */
  private static final long LITTLE_WORK = 500_000_000;

  private SmallModel() {}

  /** Whether it is one. */
  static boolean is(Checkpoint checkpoint, LoadOptions options) {
    if (!Backends.preferred().equals("vector")) {
      return false; // What is compiled already needs no warming up.
    }
    int context = ModelConfig.read(checkpoint.config()).contextLength();
    long parameters = 0;
    for (Tensor tensor : checkpoint.weights().tensors().values()) {
      parameters += tensor.shape().elements();
    }
    return parameters <= LITTLE_WORK / options.context().orElse(context);
  }

  /** The options that make the most of it. */
  static LoadOptions with(LoadOptions options) {
    return new LoadOptions("scalar", options.threads(), options.cacheType(), options.context());
  }
}
