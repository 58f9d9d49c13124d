package org.gta4j.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.gta4j.cache.BlockPool;
import org.gta4j.cache.CacheMemory;
import org.gta4j.model.RandomCheckpoint;
import org.gta4j.testing.Fixture;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Many texts at once: none of them notices the others, and the cache's blocks come back. */
class SchedulerTest {
  private static final int CONTEXT = 96;

  @TempDir static Path folder;

  @BeforeAll
  static void writeModel() {
    RandomCheckpoint.gta(3, TestVocabulary.SIZE, 128).set("eos_token_id", 2).write(folder);
  }

  /** The random GTA with text; sliding windows, frequencies that depend on the length, latents. */
  static Stream<Path> models() {
    return Stream.concat(
        Stream.of(folder),
        Fixture.own().stream()
            .map(Fixture::folder)
            .filter(f ->
                List.of(
                        "mistral-window",
                        "qwen3-window",
                        "llama-dynamic",
                        "mla-q-lora",
                        "llama-yarn")
                    .contains(f.getFileName().toString())));
  }

  /** What came of a request. */
  private record Outcome(List<Integer> ids, String text, Optional<FinishReason> finish) {
    static Outcome of(Generation generation) {
      return new Outcome(
          IntStream.of(generation.ids()).boxed().toList(), generation.text(), generation.finish());
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void resultsDoNotDependOnOrderRowBudgetOrCacheSize(Path path) {
    SplittableRandom random = new SplittableRandom(7);
    try (TestModel model = new TestModel(path, CONTEXT, 1)) {
      List<Request> requests = model.requests(random, 14);
      List<Outcome> expected = requests.stream().map(model::alone).map(Outcome::of).toList();
      int[][] limits = {{1, 100}, {2, 7}, {3, 3}, {7, 100}, {33, 7}, {1000, 3}, {1000, 100}};
      for (int[] limit : limits) {
        int budget = limit[0];
        int blocks = limit[1];
        List<Integer> order = new ArrayList<>(IntStream.range(0, requests.size()).boxed().toList());
        Collections.shuffle(order, new Random(budget * 1000L + blocks));
        try (BlockPool pool = model.pool(blocks)) {
          Scheduler scheduler = model.scheduler(pool, budget);
          List<Generation> generations = new ArrayList<>();
          for (int request : order) {
            generations.add(scheduler.submit(requests.get(request), text -> {}));
            for (int steps = random.nextInt(3); steps > 0; steps--) {
              scheduler.step();
            }
          }
          scheduler.runToEnd();
          for (int i = 0; i < order.size(); i++) {
            assertThat(Outcome.of(generations.get(i)))
                .as("request %d, budget %d, %d blocks", order.get(i), budget, blocks)
                .isEqualTo(expected.get(order.get(i)));
          }
          assertThat(pool.usedBlocks()).isZero();
        }
      }
    }
  }

  @Test
  void aFullCacheMakesTextsWaitInTheirOrder() {
    SplittableRandom random = new SplittableRandom(8);
    try (TestModel model = new TestModel(folder, CONTEXT, 1);
        BlockPool pool = model.pool(2)) {
      Scheduler scheduler = model.scheduler(pool, 50);
      List<Generation> generations = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        generations.add(
            scheduler.submit(
                new Request(model.prompt(random, 30), 20, Sampling.of(1, i), List.of(), true),
                t -> {}));
      }
      List<Integer> ended = new ArrayList<>();
      while (!scheduler.isIdle()) {
        scheduler.step();
        assertThat(pool.usedBlocks()).isLessThanOrEqualTo(2);
        for (int i = 0; i < 5; i++) {
          if (generations.get(i).finish().isPresent() && !ended.contains(i)) {
            ended.add(i);
          }
        }
      }
      assertThat(ended).containsExactly(0, 1, 2, 3, 4);
      assertThat(generations).allSatisfy(g -> assertThat(g.ids()).hasSize(20));
      assertThat(pool.allocatedBytes()).isLessThanOrEqualTo(2 * pool.layout().blockBytes());
    }
  }

  @Test
  void whatCanNeverFitIsRefusedAtOnce() {
    try (TestModel model = new TestModel(folder, CONTEXT, 1);
        BlockPool pool = model.pool(2)) {
      Scheduler scheduler = model.scheduler(pool, 50);
      int[] prompt = model.prompt(new SplittableRandom(1), 60);
      assertThatThrownBy(() -> scheduler.submit(Request.greedy(prompt, 5), t -> {}))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("64")
          .hasMessageContaining("65");
      assertThatThrownBy(() -> scheduler.submit(Request.greedy(new int[96], 1), t -> {}))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> scheduler.submit(Request.greedy(new int[] {-1}, 1), t -> {}))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(
              () -> scheduler.submit(Request.greedy(new int[] {TestVocabulary.SIZE}, 1), t -> {}))
          .isInstanceOf(IllegalArgumentException.class);
      assertThat(scheduler.isIdle()).isTrue();
      Generation fits = scheduler.submit(Request.greedy(prompt, 4), t -> {});
      scheduler.runToEnd();
      assertThat(fits.finish()).isPresent();
    }
  }

  @Test
  void aCancelledTextGivesItsBlocksBackWithinAStep() {
    SplittableRandom random = new SplittableRandom(9);
    try (TestModel model = new TestModel(folder, CONTEXT, 1);
        BlockPool pool = model.pool(9)) {
      List<Request> requests =
          IntStream.range(0, 4)
              .mapToObj(i ->
                  new Request(model.prompt(random, 40), 40, Sampling.of(1, i), List.of(), true))
              .toList();
      List<Outcome> expected = requests.stream().map(model::alone).map(Outcome::of).toList();
      Scheduler scheduler = model.scheduler(pool, 30);
      List<Generation> all = requests.stream().map(r -> scheduler.submit(r, t -> {})).toList();
      scheduler.step(); // the first three are admitted, a third of each prompt is read
      assertThat(pool.usedBlocks()).isEqualTo(3);
      assertThat(all).extracting(Generation::promptTokensRead).containsExactly(10, 10, 10, 0);
      all.get(0).cancel();
      scheduler.step();
      assertThat(all.get(0).finish()).contains(FinishReason.CANCELLED);
      assertThat(all.get(0).ids()).isEmpty();
      for (int i = 0; i < 6; i++) {
        scheduler.step();
      }
      int before = pool.usedBlocks();
      assertThat(before).isEqualTo(6);
      all.get(1).cancel();
      all.get(3).cancel(); // in the middle of it, and maybe before it began
      scheduler.step();
      assertThat(all.get(1).finish()).contains(FinishReason.CANCELLED);
      assertThat(all.get(3).finish()).contains(FinishReason.CANCELLED);
      assertThat(pool.usedBlocks()).isEqualTo(2);
      scheduler.runToEnd();
      assertThat(Outcome.of(all.get(2))).isEqualTo(expected.get(2));
      assertThat(all.get(1).ids()).isEqualTo(head(expected.get(1).ids(), all.get(1).ids().length));
      assertThat(pool.usedBlocks()).isZero();
    }
  }

  private static int[] head(List<Integer> ids, int count) {
    return ids.stream().limit(count).mapToInt(Integer::intValue).toArray();
  }

  @Test
  void cancellingWhileStepsRunLosesNoBlockAndNoEnd() throws InterruptedException {
    SplittableRandom random = new SplittableRandom(10);
    try (TestModel model = new TestModel(folder, CONTEXT, 1);
        BlockPool pool = model.pool(20)) {
      Scheduler scheduler = model.scheduler(pool, 40);
      for (int round = 0; round < 60; round++) {
        List<Generation> all = new ArrayList<>();
        for (int i = 0;
            i < 2000;
            i++) { // most of them wait, and the scheduler looks at them one by one
          all.add(scheduler.submit(Request.greedy(model.prompt(random, 3), 50), t -> {}));
        }
        int pause = random.nextInt(500);
        Thread canceller =
            Thread.ofPlatform()
                .start(() -> {
                  for (int i = 0; i < pause; i++) {
                    Thread.onSpinWait();
                  }
                  all.forEach(Generation::cancel);
                });
        scheduler.runToEnd();
        canceller.join();
        assertThat(all).allMatch(generation -> generation.finish().isPresent());
        assertThat(pool.usedBlocks()).isZero();
      }
    }
  }

  @Test
  void aTextWhoseLogitsAreNoNumbersEndsAloneAndTheOthersGoOn(@TempDir Path damaged) {
    RandomCheckpoint checkpoint = RandomCheckpoint.gta(3, TestVocabulary.SIZE, 128);
    for (int i = 0; i < 32; i++) {
      checkpoint.tensor("model.embed_tokens.weight").set(77 * 32L + i, Float.NaN);
    }
    SplittableRandom random = new SplittableRandom(11);
    try (TestModel model = new TestModel(checkpoint.write(damaged), CONTEXT, 1);
        BlockPool pool = model.pool(30)) {
      List<Request> healthy =
          IntStream.range(0, 4)
              .mapToObj(i ->
                  new Request(
                      IntStream.of(model.prompt(random, 20))
                          .map(id -> id == 77 ? 78 : id)
                          .toArray(),
                      15,
                      Sampling.greedy(),
                      List.of(),
                      true))
              .toList();
      List<Outcome> expected = healthy.stream().map(model::alone).map(Outcome::of).toList();
      Scheduler scheduler = model.scheduler(pool, 100);
      List<Generation> all = new ArrayList<>();
      all.add(scheduler.submit(healthy.get(0), t -> {}));
      Generation sick = scheduler.submit(Request.greedy(new int[] {5, 77, 6}, 10), t -> {});
      all.add(scheduler.submit(healthy.get(1), t -> {}));
      assertThatThrownBy(scheduler::step).isInstanceOf(ModelOutputException.class);
      all.add(scheduler.submit(healthy.get(2), t -> {}));
      all.add(scheduler.submit(healthy.get(3), t -> {}));
      scheduler.runToEnd();
      assertThat(sick.finish()).isPresent();
      assertThat(all.stream().map(Outcome::of)).isEqualTo(expected);
      assertThat(pool.usedBlocks()).isZero();
    }
  }

  @Test
  void aListenerThatFailsEndsItsOwnTextAlone() {
    SplittableRandom random = new SplittableRandom(12);
    try (TestModel model = new TestModel(folder, CONTEXT, 1);
        BlockPool pool = model.pool(30)) {
      Request request =
          new Request(model.prompt(random, 10), 25, Sampling.greedy(), List.of(), true);
      Outcome expected = Outcome.of(model.alone(request));
      Scheduler scheduler = model.scheduler(pool, 100);
      Generation first = scheduler.submit(request, t -> {});
      Generation failing =
          scheduler.submit(
              request,
              t -> {
                throw new IllegalStateException("the client went away");
              });
      Generation last = scheduler.submit(request, t -> {});
      int failures = 0;
      while (!scheduler.isIdle()) {
        try {
          scheduler.step();
        } catch (IllegalStateException e) {
          assertThat(e).hasMessage("the client went away");
          failures++;
        }
      }
      assertThat(failures).isEqualTo(1);
      assertThat(failing.finish()).isPresent();
      assertThat(Outcome.of(first)).isEqualTo(expected);
      assertThat(Outcome.of(last)).isEqualTo(expected);
      assertThat(pool.usedBlocks()).isZero();
    }
  }

  /** Where a block is asked for that there is no memory for, the step's texts fail, and no more. */
  @Test
  void aStepWithoutMemoryEndsItsTextsAndGivesTheirBlocksBack() {
    SplittableRandom random = new SplittableRandom(15);
    boolean[] full = {false};
    CacheMemory memory =
        (least, most, arena) -> {
          if (full[0]) {
            throw new OutOfMemoryError("none left");
          }
          return CacheMemory.PLAIN.take(least, most, arena);
        };
    try (TestModel model = new TestModel(folder, CONTEXT, 1);
        BlockPool pool = model.pool(30, memory)) {
      Request request =
          new Request(model.prompt(random, 40), 12, Sampling.greedy(), List.of(), true);
      Outcome expected = Outcome.of(model.alone(request));
      Scheduler scheduler = model.scheduler(pool, 100);
      Generation first = scheduler.submit(request, t -> {});
      scheduler.step();
      full[0] = true;
      Generation second = scheduler.submit(request, t -> {});
      assertThatThrownBy(scheduler::step).isInstanceOf(OutOfMemoryError.class);
      full[0] = false;
      assertThat(first.finish()).isPresent();
      assertThat(second.finish()).isPresent();
      assertThat(pool.usedBlocks()).isZero();
      Generation third = scheduler.submit(request, t -> {});
      Generation fourth = scheduler.submit(request, t -> {});
      scheduler.runToEnd();
      assertThat(Outcome.of(third)).isEqualTo(expected);
      assertThat(Outcome.of(fourth)).isEqualTo(expected);
      assertThat(pool.usedBlocks()).isZero();
    }
  }

  @Test
  void hundredsOfTextsDecodeInOneStep() {
    SplittableRandom random = new SplittableRandom(13);
    try (TestModel model = new TestModel(folder, CONTEXT, 2);
        BlockPool pool = model.pool(400)) {
      List<Request> requests =
          IntStream.range(0, 200)
              .mapToObj(i ->
                  new Request(
                      model.prompt(random, 1 + i % 9), 8, Sampling.of(1, i), List.of(), true))
              .toList();
      Scheduler scheduler = model.scheduler(pool, 300);
      List<Generation> all = requests.stream().map(r -> scheduler.submit(r, t -> {})).toList();
      scheduler.runToEnd();
      for (int i = 0; i < all.size(); i += 17) {
        assertThat(Outcome.of(all.get(i))).isEqualTo(Outcome.of(model.alone(requests.get(i))));
      }
    }
  }
}
