package org.gta4j.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.gta4j.cache.BlockPool;
import org.gta4j.cache.CacheType;
import org.gta4j.generate.Generation;
import org.gta4j.generate.LanguageModel;
import org.gta4j.generate.LoadOptions;
import org.gta4j.generate.Request;
import org.gta4j.generate.Sampling;
import org.gta4j.generate.Scheduler;
import org.gta4j.ops.Backend;
import org.gta4j.testing.Engine;
import org.gta4j.testing.Fixture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The engine against what reference implementations computed, for every fixture and backend,
 * however it is batched.
 */
class FixtureTest {
  private static final double TOLERANCE = 1e-4;

  /** The worst relative error so far of each group of fixtures, backend and cache. */
  private static final Map<String, Double> WORST = new TreeMap<>();

  static Stream<Arguments> fixtures() {
    return Fixture.all().stream()
        .flatMap(fixture ->
            Backend.all().stream().map(backend -> Arguments.of(fixture, backend.name())));
  }

  private static void assertMatches(Fixture fixture, int row, Engine.Run run, String how) {
    int layers = run.hiddenStates() - 1;
    for (int index = 0; index <= layers; index++) {
      assertThat(Fixture.relativeError(run.hidden(index), fixture.hidden(index, row)))
          .as("%s, hidden.%d of row %d, %s", fixture, index, row, how)
          .isLessThanOrEqualTo(TOLERANCE);
    }
    assertThat(Fixture.relativeError(run.logits(), fixture.logits(row)))
        .as("%s, logits of row %d, %s", fixture, row, how)
        .isLessThanOrEqualTo(TOLERANCE);
  }

  /** What rounding keys and values may cost on random weights. */
  private static double tolerance(CacheType cache) {
    return switch (cache) {
      case F16 -> 3e-3;
      case BF16 -> 2e-2;
      case Q8 -> 4e-2;
      case F32 -> TOLERANCE;
    };
  }

  @ParameterizedTest
  @MethodSource("fixtures")
  void everyTypeOfCacheKeepsItsBound(Fixture fixture, String backend) {
    for (CacheType cache : CacheType.values()) {
      double worst = 0;
      try (Engine engine = new Engine(fixture.folder(), backend, cache)) {
        for (int row = 0; row < fixture.rows(); row++) {
          Engine.Run run = engine.run(fixture.ids(row), 7);
          worst = Math.max(worst, Fixture.relativeError(run.logits(), fixture.logits(row)));
          for (int index = 0; index < run.hiddenStates(); index++) {
            worst =
                Math.max(
                    worst, Fixture.relativeError(run.hidden(index), fixture.hidden(index, row)));
          }
        }
      }
      assertThat(worst).as("%s, %s cache", fixture, cache).isLessThanOrEqualTo(tolerance(cache));
      String group = String.valueOf(fixture.folder().resolveSibling("").getFileName());
      WORST.merge("%s, %s, %s cache".formatted(group, backend, cache.label()), worst, Math::max);
    }
  }

  /** {@code docs/accuracy.md} shows these: {@code -Dgta.report=true} prints them. */
  @AfterAll
  static void report() {
    if (Boolean.getBoolean("gta.report")) {
      WORST.forEach((what, worst) -> System.out.printf("%s: %.1e%n", what, worst));
    }
  }

  @ParameterizedTest
  @MethodSource("fixtures")
  void matchesInOnePrefillTokenByTokenAndInChunks(Fixture fixture, String backend) {
    SplittableRandom random = new SplittableRandom(1);
    try (Engine engine = new Engine(fixture.folder(), backend, CacheType.F32)) {
      for (int row = 0; row < fixture.rows(); row++) {
        int[] ids = fixture.ids(row);
        for (int chunk : new int[] {ids.length, 1, 2, 5, 7, 16, 31}) {
          assertMatches(fixture, row, engine.run(ids, chunk), "in chunks of " + chunk);
        }
        Engine.Run uneven = engine.begin(ids);
        for (int done = 0; done < ids.length; ) {
          int count = random.nextInt(1, ids.length - done + 1);
          engine.step(List.of(uneven), count);
          done += count;
        }
        assertMatches(fixture, row, uneven, "in chunks of random sizes");
      }
    }
  }

  @ParameterizedTest
  @MethodSource("fixtures")
  void matchesInRaggedBatchesBitForBitAsAlone(Fixture fixture, String backend) {
    SplittableRandom random = new SplittableRandom(2);
    try (Engine engine = new Engine(fixture.folder(), backend, CacheType.F32)) {
      List<Engine.Run> runs = new ArrayList<>();
      for (int row = 0; row < fixture.rows(); row++) {
        runs.add(engine.begin(fixture.ids(row)));
        runs.add(engine.begin(fixture.ids(row)));
      }
      int[] left = runs.stream().mapToInt(run -> fixture.length()).toArray();
      while (Arrays.stream(left).anyMatch(n -> n > 0)) {
        int[] counts = new int[left.length];
        boolean any = false;
        for (int i = 0; i < left.length; i++) {
          counts[i] = left[i] == 0 ? 0 : random.nextInt(0, Math.min(left[i], 1 + i * 5) + 1);
          any |= counts[i] > 0;
        }
        if (any) {
          engine.step(runs, counts);
          for (int i = 0; i < left.length; i++) {
            left[i] -= counts[i];
          }
        }
      }
      for (int i = 0; i < runs.size(); i++) {
        assertMatches(fixture, i / 2, runs.get(i), "in a ragged batch");
        Engine.Run alone = engine.run(fixture.ids(i / 2), fixture.length());
        assertThat(runs.get(i).logits())
            .as("bits of the logits alone and in a batch")
            .isEqualTo(alone.logits());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("fixtures")
  void greedyIdsAreEqualAloneAndAmongOthers(Fixture fixture, String backend) {
    int[] expected = fixture.greedyIds();
    int[] prompt = Arrays.copyOf(expected, Fixture.GREEDY_PROMPT);
    int[] continuation = Arrays.copyOfRange(expected, Fixture.GREEDY_PROMPT, expected.length);
    LoadOptions options =
        new LoadOptions(backend, 2, CacheType.F32, Optional.of(fixture.length() + 64));
    Request request = new Request(prompt, continuation.length, Sampling.greedy(), List.of(), true);
    try (LanguageModel model = LanguageModel.load(fixture.folder(), options)) {
      assertThat(model.generate(request, text -> {}).ids()).isEqualTo(continuation);
      try (BlockPool pool = model.pool(5)) {
        Scheduler scheduler = model.scheduler(pool);
        List<Generation> all = new ArrayList<>();
        all.add(scheduler.submit(request, text -> {}));
        scheduler.step();
        for (int row = 0; row < fixture.rows(); row++) {
          all.add(scheduler.submit(Request.greedy(fixture.ids(row), 9), text -> {}));
          scheduler.step();
        }
        all.add(scheduler.submit(request, text -> {}));
        scheduler.runToEnd();
        assertThat(all.getFirst().ids()).as("among others").isEqualTo(continuation);
        assertThat(all.getLast().ids()).as("begun later").isEqualTo(continuation);
        assertThat(pool.usedBlocks()).as("blocks held after the end").isZero();
      }
    }
  }
}
