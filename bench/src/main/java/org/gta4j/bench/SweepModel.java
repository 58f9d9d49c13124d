package org.gta4j.bench;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.gta4j.cache.CacheType;
import org.gta4j.checkpoint.Weights;
import org.gta4j.cost.StepCost;
import org.gta4j.measure.RandomWeights;
import org.gta4j.measure.TimedSteps;
import org.gta4j.model.Decoder;
import org.gta4j.model.ModelConfig;
import org.gta4j.model.Preset;
import org.gta4j.ops.Ops;
import org.gta4j.tensor.DType;

/** One shape with random weights, and what was measured of it so far. */
final class SweepModel implements AutoCloseable {
  /** Rows of a prompt that are timed; fewer where each of them looks at very many tokens. */
  private static final int PROMPT = 512;

  private static final long PROMPT_TOKENS_SEEN = 1L << 23;

  private static final int SAMPLES = 3;
  private static final double ENOUGH_SECONDS = 4;
  private static final double SAMPLE_SECONDS = 0.25;
  private static final int MOST_STEPS = 64;

  private final String name;
  private final CacheType cacheType;
  private final Arena arena = Arena.ofShared();
  private final Decoder decoder;
  private final StepCost cost;
  private final List<SweepPoint> points = new ArrayList<>();

  /** Seconds that a token of a prompt takes, by the tokens before it. */
  private final TreeMap<Integer, Double> promptSeconds = new TreeMap<>();

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

  /**
   * Measures all of the batches whose cache is not too large, and a piece of a prompt after {@code
   * context} tokens.
   */
  void measure(int context, List<Integer> batches) {
    List<Integer> fitting =
        batches.stream()
            .filter(batch ->
                batch * (context + 1.0) * cost.cacheBytesPerToken()
                    <= (batch == 1 ? SpeedClaim.CACHE_BYTES : SpeedClaim.BATCH_BYTES))
            .toList();
    if (fitting.isEmpty()) {
      return;
    }
    int rows = Math.clamp(PROMPT_TOKENS_SEEN / Math.max(1, context), 64, PROMPT);
    try (TimedSteps steps =
        new TimedSteps(
            decoder, cacheType, fitting.getLast(), context, Math.max(rows, MOST_STEPS))) {
      if (context > 0) {
        for (int batch : fitting) {
          points.add(
              new SweepPoint(
                  context, batch, decode(steps, batch), cost.decodeBytes(batch, context)));
        }
      }
      promptSeconds.put(context, median(() -> steps.prefill(rows, 1) / rows));
    }
  }

  private static double decode(TimedSteps steps, int batch) {
    double once = steps.decode(1, batch);
    int count = (int) Math.clamp(SAMPLE_SECONDS / once, 1, MOST_STEPS);
    return batch / median(() -> steps.decode(count, batch) / count);
  }

  /** A measurement that can be repeated. */
  @FunctionalInterface
  private interface Timing {
    double seconds();
  }

  /** The middle one of three, after one that does not count; fewer where each takes long. */
  private static double median(Timing timing) {
    List<Double> samples = new ArrayList<>();
    double total = 0;
    double first = timing.seconds();
    if (first > ENOUGH_SECONDS) {
      return first;
    }
    while (samples.size() < SAMPLES && total < ENOUGH_SECONDS) {
      double seconds = timing.seconds();
      total += seconds;
      samples.add(seconds);
    }
    samples.sort(null);
    return samples.get(samples.size() / 2);
  }

  /** The measurement at a context and batch, where there was memory for it. */
  Optional<SweepPoint> point(int context, int batch) {
    return points.stream()
        .filter(point -> point.context() == context && point.batch() == batch)
        .findFirst();
  }

  /**
   * Seconds that a prompt of {@code tokens} takes: a token's time grows with the tokens before it,
   * between those where it was measured as on a straight line. Empty where it was not measured that
   * far.
   */
  Optional<Double> promptSeconds(int tokens) {
    if (promptSeconds.isEmpty() || promptSeconds.lastKey() < tokens) {
      return Optional.empty();
    }
    double total = 0;
    Map.Entry<Integer, Double> before = promptSeconds.firstEntry();
    for (Map.Entry<Integer, Double> next : promptSeconds.tailMap(0, false).entrySet()) {
      if (before.getKey() >= tokens) {
        break;
      }
      total += (next.getKey() - before.getKey()) * (before.getValue() + next.getValue()) / 2;
      before = next;
    }
    return Optional.of(total);
  }

  @Override
  public void close() {
    decoder.close();
    arena.close();
  }
}
