package org.gta4j.cli;

import java.util.List;
import java.util.Optional;
import org.gta4j.cache.CacheType;
import org.gta4j.cost.AttentionTraffic;
import org.gta4j.cost.Ceilings;
import org.gta4j.cost.CountingRules;
import org.gta4j.cost.Hardware;
import org.gta4j.cost.NumberBytes;
import org.gta4j.cost.Operation;
import org.gta4j.cost.StepSize;
import org.gta4j.cost.StepWork;
import org.gta4j.generate.LoadOptions;
import org.gta4j.measure.MachineCeilings;
import org.gta4j.model.export.WeightFormat;
import org.gta4j.ops.Backends;
import org.gta4j.ops.Ops;
import org.gta4j.tensor.DType;

/**
 * Where a model runs and what its numbers are there.
 *
 * @param name of the hardware
 * @param label what people call it
 * @param source where its figures are from
 * @param memoryBytes its memory
 * @param weights the type of most weights
 * @param cacheType the type of the cache
 * @param prompt what it does at most while it reads prompts
 * @param decode and while it decodes
 * @param rules how its work is counted
 */
record AnalyzedMachine(
    String name,
    String label,
    String source,
    long memoryBytes,
    DType weights,
    CacheType cacheType,
    Ceilings prompt,
    Ceilings decode,
    CountingRules rules) {
  /** The name of the machine that this runs on. */
  static final String THIS = "this";

  /** How many numbers a type's mean is taken over. */
  private static final long MANY = 1L << 20;

  /** Hardware from the table: 16 bits everywhere unless somebody chooses. */
  static AnalyzedMachine listed(
      Hardware hardware,
      AnalyzedModel model,
      Optional<WeightFormat> format,
      Optional<CacheType> cache,
      AttentionTraffic traffic) {
    DType weights = format.map(WeightFormat::dtype).orElse(DType.BF16);
    CacheType cacheType = cache.orElse(CacheType.BF16);
    return new AnalyzedMachine(
        hardware.name(),
        hardware.label(),
        hardware.source(),
        hardware.memoryBytes(),
        weights,
        cacheType,
        hardware.ceilings(),
        hardware.ceilings(),
        new CountingRules(bytes(model, weights, cacheType, 2), traffic, true));
  }

  private static DType weights(AnalyzedModel model, Optional<WeightFormat> format) {
    if (format.isPresent() && !model.hasRowsOf(format.get().dtype())) {
      throw UsageException.of(
          "--weights",
          "a type without blocks: rows of %s are no multiple of %d"
              .formatted(model.name(), format.get().dtype().blockElements()),
          format.get().dtype().label());
    }
    DType usual = model.hasRowsOf(DType.Q8_0) ? DType.Q8_0 : DType.BF16;
    return format.map(WeightFormat::dtype).orElse(model.mainType().orElse(usual));
  }

  /**
   * This machine, measured for a model. Activations stay in its caches, where attention is fused,
   * and MLA is computed absorbed.
   */
  static AnalyzedMachine here(
      AnalyzedModel model,
      Optional<WeightFormat> format,
      LoadOptions options,
      AttentionTraffic traffic) {
    DType weights = weights(model, format);
    Backends.Choice choice =
        Backends.choose(options.backend(), options.threads(), options.activations());
    Ops ops = choice.ops();
    try {
      MachineCeilings found =
          MachineCeilings.measure(ops, model.config(), weights, options.cacheType());
      double activations = traffic == AttentionTraffic.FUSED ? 0 : Float.BYTES;
      return new AnalyzedMachine(
          THIS,
          "this machine, " + ops.kernels(),
          "Measured, with %d threads.".formatted(ops.threads()),
          MemoryCheck.physicalBytes(),
          weights,
          options.cacheType(),
          found.prompt(),
          found.decode(),
          new CountingRules(
              bytes(model, weights, options.cacheType(), activations), traffic, false));
    } finally {
      ops.close();
    }
  }

  private static NumberBytes bytes(
      AnalyzedModel model, DType weights, CacheType cache, double activations) {
    double cacheBytes =
        (double) model.cacheBytesPerToken(cache)
            / model.config().attention().shape().cacheElements()
            / model.config().numHiddenLayers();
    return new NumberBytes((double) weights.bytes(MANY) / MANY, cacheBytes, activations);
  }

  /** Bytes of a model's weights here. */
  long weightBytes(AnalyzedModel model) {
    return Math.round(model.config().parameters() * rules.bytes().weights());
  }

  /** How many sequences of so many tokens fit into its memory beside the weights. */
  long largestBatch(AnalyzedModel model, int context) {
    double room = memoryBytes - (double) weightBytes(model);
    double each = (double) model.cacheBytesPerToken(cacheType) * context;
    return Math.max(0, (long) (room / each));
  }

  /** Operations of a step of a model, as they are counted here. */
  List<Operation> work(AnalyzedModel model, StepSize step) {
    return StepWork.of(model.config(), step, rules);
  }
}
