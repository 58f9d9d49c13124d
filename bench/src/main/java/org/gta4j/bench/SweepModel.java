package org.gta4j.bench;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.gta4j.cache.CacheType;
import org.gta4j.checkpoint.Weights;
import org.gta4j.cost.StepCost;
import org.gta4j.measure.MachineRates;
import org.gta4j.measure.RandomWeights;
import org.gta4j.measure.TimedSteps;
import org.gta4j.model.Decoder;
import org.gta4j.model.ModelConfig;
import org.gta4j.model.Preset;
import org.gta4j.ops.Ops;
import org.gta4j.tensor.DType;

/** One shape with random weights, and what was measured of it so far. */
final class SweepModel implements AutoCloseable {
  private final String name;
  private final CacheType cacheType;
  private final Arena arena = Arena.ofShared();
  private final Decoder decoder;
  private final StepCost cost;
  private final List<SweepPoint> points = new ArrayList<>();
  private final PromptTimes prompts = new PromptTimes();

  SweepModel(String name, DType weightType, CacheType cacheType, Ops ops) {
    this.name = name;
    this.cacheType = cacheType;
    try {
      ModelConfig config = ModelConfig.read(Preset.named(name).config());
      Weights weights = RandomWeights.of(name, config, weightType, arena);
      decoder = new Decoder(config, weights, ops);
      cost = new StepCost(config, weights, cacheType);
    } catch (RuntimeException | Error e) {
      arena.close();
      throw e;
    }
  }

  /** The shape's name. */
  String name() {
    return name;
  }

  /** What its steps touch and compute. */
  StepCost cost() {
    return cost;
  }

  /** Bytes of so many sequences' caches. */
  double cacheBytes(int context, int batch) {
    return batch * (context + 1.0) * cost.cacheBytesPerToken();
  }

  /** Sequences that have {@code context} tokens in their caches. */
  TimedSteps steps(int context, int batch, int room) {
    return new TimedSteps(decoder, cacheType, batch, context, room);
  }

  /** Adds a measurement of decoding. */
  void addDecoding(int context, int batch, double tokensPerSecond, MachineRates rates) {
    double bytes = cost.decodeBytes(batch, context);
    points.add(
        new SweepPoint(
            context,
            batch,
            tokensPerSecond,
            Math.max(
                bytes / rates.bytesPerSecond(),
                cost.decodeOperations(batch, context) / rates.operationsPerSecond()),
            1 - cost.weightBytes() / bytes));
  }

  /** Adds a measurement of a piece of a prompt. */
  void addPrompt(int context, int tokens, double secondsPerToken) {
    prompts.add(context, tokens, secondsPerToken);
  }

  /** The measurement at a context and batch, where there was memory for it. */
  Optional<SweepPoint> point(int context, int batch) {
    return points.stream()
        .filter(point -> point.context() == context && point.batch() == batch)
        .findFirst();
  }

  /** Seconds that a prompt of {@code tokens} takes; empty where it was not measured that far. */
  Optional<Double> promptSeconds(int tokens) {
    return prompts.of(tokens);
  }

  @Override
  public void close() {
    decoder.close();
    arena.close();
  }
}
