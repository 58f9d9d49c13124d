package org.gta4j.bench;

import java.util.ArrayList;
import java.util.List;
import org.gta4j.measure.MachineRates;
import org.gta4j.measure.Samples;
import org.gta4j.measure.TimedSteps;

/**
 * Measures models at one context after the other. They take turns, sample by sample, where their
 * caches fit side by side: a machine that others use too has better minutes and worse ones.
 */
final class Sweep {
  /** What one model's cache may take. */
  static final long CACHE_BYTES = 10_000_000_000L;

  /** And of several sequences together, which take long to fill. */
  static final long BATCH_BYTES = 5_600_000_000L;

  /** And of all models that take turns. */
  private static final long TOGETHER_BYTES = 11_500_000_000L;

  /** Rows of a prompt that are timed; fewer where each of them looks at very many tokens. */
  private static final int PROMPT = 512;

  private static final long PROMPT_TOKENS_SEEN = 1L << 23;

  private static final int SAMPLES = 5;
  private static final double SAMPLE_SECONDS = 0.25;
  private static final int MOST_STEPS = 64;

  /** What takes longer is measured less often, and from LONG_SECONDS on once. */
  private static final double ENOUGH_SECONDS = 6;

  private static final double LONG_SECONDS = 8;

  private final List<SweepModel> models;
  private final List<Integer> batches;

  Sweep(List<SweepModel> models, List<Integer> batches) {
    this.models = models;
    this.batches = batches;
  }

  private static boolean fits(SweepModel model, int context, int batch) {
    return model.cacheBytes(context, batch) <= (batch == 1 ? CACHE_BYTES : BATCH_BYTES);
  }

  private int greatestBatch(SweepModel model, int context) {
    return batches.stream()
        .filter(batch -> context > 0 || batch == 1)
        .filter(batch -> fits(model, context, batch))
        .mapToInt(Integer::intValue)
        .max()
        .orElse(0);
  }

  /** Measures all models after {@code context} tokens. */
  void measure(int context, MachineRates rates) {
    double all =
        models.stream().mapToDouble(m -> m.cacheBytes(context, greatestBatch(m, context))).sum();
    if (all <= TOGETHER_BYTES) {
      measure(models, context, rates);
    } else {
      for (SweepModel model : models) {
        measure(List.of(model), context, rates);
      }
    }
  }

  private void measure(List<SweepModel> group, int context, MachineRates rates) {
    int rows = Math.clamp(PROMPT_TOKENS_SEEN / Math.max(1, context), 64, PROMPT);
    List<Opened> all = new ArrayList<>();
    try {
      for (SweepModel model : group) {
        int greatest = greatestBatch(model, context);
        if (greatest > 0) {
          int room = Math.max(rows, MOST_STEPS);
          all.add(new Opened(model, model.steps(context, greatest, room)));
        }
      }
      for (int batch : context == 0 ? List.<Integer>of() : batches) {
        List<Opened> present =
            all.stream().filter(opened -> fits(opened.model(), context, batch)).toList();
        List<Double> seconds =
            medians(present.stream().map(opened -> decoding(opened.steps(), batch)).toList());
        for (int i = 0; i < present.size(); i++) {
          double speed = batch / seconds.get(i);
          present.get(i).model().addDecoding(context, batch, speed, rates);
        }
      }
      List<Double> seconds =
          medians(all.stream().map(opened -> reading(opened.steps(), rows)).toList());
      for (int i = 0; i < all.size(); i++) {
        all.get(i).model().addPrompt(context, rows, seconds.get(i));
      }
    } finally {
      all.forEach(opened -> opened.steps().close());
    }
  }

  /** A model, and its sequences at a context. */
  private record Opened(SweepModel model, TimedSteps steps) {}

  /** A measurement that can be repeated: seconds of one step, or of a token. */
  @FunctionalInterface
  private interface Timing {
    double seconds();
  }

  private static Timing decoding(TimedSteps steps, int batch) {
    double once = steps.decode(1, batch);
    int count = (int) Math.clamp(SAMPLE_SECONDS / once, 1, MOST_STEPS);
    return () -> steps.decode(count, batch) / count;
  }

  private static Timing reading(TimedSteps steps, int rows) {
    return () -> steps.prefill(rows, 1) / rows;
  }

  /** The middle one of several samples of each, taken in turns, after one that does not count. */
  private static List<Double> medians(List<Timing> timings) {
    List<Samples> samples = new ArrayList<>();
    List<Integer> repeated = new ArrayList<>();
    double round = 0;
    for (Timing timing : timings) {
      Samples own = new Samples();
      long begin = System.nanoTime();
      double first = timing.seconds();
      double took = (System.nanoTime() - begin) / 1e9;
      if (took > LONG_SECONDS) {
        own.add(first);
      } else {
        repeated.add(samples.size());
        round += took;
      }
      samples.add(own);
    }
    int rounds = round > ENOUGH_SECONDS ? (SAMPLES + 1) / 2 : SAMPLES;
    for (int i = 0; i < rounds; i++) {
      for (int place : repeated) {
        samples.get(place).add(timings.get(place).seconds());
      }
    }
    return samples.stream().map(each -> each.median().orElseThrow()).toList();
  }
}
