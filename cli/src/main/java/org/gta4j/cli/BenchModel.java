package org.gta4j.cli;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.gta4j.checkpoint.Checkpoint;
import org.gta4j.checkpoint.Weights;
import org.gta4j.generate.LanguageModel;
import org.gta4j.generate.LoadOptions;
import org.gta4j.measure.RandomWeights;
import org.gta4j.model.Decoder;
import org.gta4j.model.ModelConfig;
import org.gta4j.model.Preset;
import org.gta4j.ops.Ops;
import org.gta4j.tensor.DType;

/**
 * A model that is timed.
 *
 * @param name what people call it
 * @param checkpoint where its weights are
 * @param model the model, which closes its checkpoint
 */
record BenchModel(String name, Checkpoint checkpoint, LanguageModel model)
    implements AutoCloseable {
  /** Random weights of a shape. */
  @SuppressWarnings("MustBeClosedChecker") // the checkpoint owns the arena
  static Checkpoint random(Preset preset, DType dtype) {
    Arena arena = Arena.ofShared();
    try {
      Weights weights =
          RandomWeights.of(preset.name(), ModelConfig.read(preset.config()), dtype, arena);
      return new Checkpoint(preset.name(), preset.config(), weights, Optional.<Path>empty(), arena);
    } catch (RuntimeException | Error e) {
      arena.close();
      throw e;
    }
  }

  /** Prepares a checkpoint, which is closed with the model, and where this fails. */
  static BenchModel of(String name, Checkpoint checkpoint, LoadOptions options) {
    try {
      return new BenchModel(
          name, checkpoint, LanguageModel.of(checkpoint, Optional.empty(), options));
    } catch (RuntimeException | Error e) {
      checkpoint.close();
      throw e;
    }
  }

  /** What computes. */
  Ops ops() {
    return model.ops();
  }

  /** Its steps. */
  Decoder decoder() {
    return model.decoder();
  }

  /** Why nothing better computes. */
  List<String> reasons() {
    return model.fallbacks();
  }

  /** The type of most of its weights, under the names of the options. */
  String weightsLabel() {
    DType dtype = checkpoint.weights().mainType();
    return switch (dtype) {
      case Q8_0 -> "q8";
      case Q4_0 -> "q4";
      default -> dtype.label();
    };
  }

  @Override
  public void close() {
    model.close();
  }
}
