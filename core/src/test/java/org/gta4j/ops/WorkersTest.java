package org.gta4j.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Threads that share the items of a task. */
// In a thread of its own: a caller that waits for ever heeds no interrupt.
@Timeout(value = 300, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class WorkersTest {
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5})
  void everyItemRunsOnceAndNoTwoAtATimeAsTheSameWorker(int threads) {
    try (Workers workers = new Workers(threads)) {
      assertThat(workers.count()).isEqualTo(threads);
      for (int items : new int[] {0, 1, 2, 3, 7, 100, 1000}) {
        AtomicIntegerArray runs = new AtomicIntegerArray(items);
        AtomicIntegerArray inside = new AtomicIntegerArray(threads);
        workers.run(
            items,
            (item, worker) -> {
              assertThat(inside.incrementAndGet(worker)).isEqualTo(1);
              runs.incrementAndGet(item);
              inside.decrementAndGet(worker);
            });
        for (int item = 0; item < items; item++) {
          assertThat(runs.get(item)).isEqualTo(1);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void aHundredThousandSmallTasksEndAndAreSeenByTheCaller(int threads) {
    try (Workers workers = new Workers(threads)) {
      int[] numbers =
          new int[7]; // written without any care of its own: the end of a task must publish it
      int tasks =
          threads <= Backends.defaultThreads()
              ? 100_000
              : 20_000; // more threads than processors take turns
      for (int task = 1; task <= tasks; task++) {
        int items = 1 + task % numbers.length;
        workers.run(items, (item, worker) -> numbers[item]++);
      }
      long sum = 0;
      for (int number : numbers) {
        sum += number;
      }
      long expected = 0;
      for (int task = 1; task <= tasks; task++) {
        expected += 1 + task % numbers.length;
      }
      assertThat(sum).isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void anItemsExceptionReachesTheCallerWhenNoItemRunsAnyMore(int threads) {
    try (Workers workers = new Workers(threads)) {
      for (int round = 0; round < 300; round++) {
        AtomicInteger inside = new AtomicInteger();
        int bad = round % 20;
        RuntimeException thrown = new IllegalStateException("item " + bad);
        assertThatThrownBy(() ->
                workers.run(
                    20,
                    (item, worker) -> {
                      inside.incrementAndGet();
                      try {
                        if (item == bad) {
                          throw thrown;
                        }
                        Thread.onSpinWait();
                      } finally {
                        inside.decrementAndGet();
                      }
                    }))
            .isSameAs(thrown);
        assertThat(inside.get()).isZero();
        AtomicInteger runs = new AtomicInteger();
        workers.run(20, (item, worker) -> runs.incrementAndGet());
        assertThat(runs.get()).as("items of the next task").isEqualTo(20);
      }
      assertThatThrownBy(() ->
              workers.run(
                  5,
                  (item, worker) -> {
                    throw new StackOverflowError("every item's");
                  }))
          .isInstanceOf(StackOverflowError.class);
    }
  }

  @Test
  void theCallerReturnsWhenTheLastItemIsDone() {
    try (Workers workers = new Workers(3)) {
      for (int round = 0; round < 5; round++) {
        AtomicInteger done = new AtomicInteger();
        workers.run(
            3,
            (item, worker) -> {
              if (item == 2) {
                try {
                  Thread.sleep(20);
                } catch (InterruptedException e) {
                  throw new IllegalStateException(e);
                }
              }
              done.incrementAndGet();
            });
        assertThat(done.get()).isEqualTo(3);
      }
    }
  }

  @Test
  void sleepingWorkersWakeUp() throws InterruptedException {
    try (Workers workers = new Workers(3)) {
      for (int round = 0; round < 10; round++) {
        Thread.sleep(5);
        AtomicInteger runs = new AtomicInteger();
        workers.run(100, (item, worker) -> runs.incrementAndGet());
        assertThat(runs.get()).isEqualTo(100);
      }
    }
  }

  @Test
  void anInterruptedCallerStillGetsItsResult() {
    try (Workers workers = new Workers(2)) {
      Thread.currentThread().interrupt();
      AtomicInteger runs = new AtomicInteger();
      workers.run(100, (item, worker) -> runs.incrementAndGet());
      assertThat(runs.get()).isEqualTo(100);
    } finally {
      assertThat(Thread.interrupted()).as("the interrupt is still there").isTrue();
    }
  }

  @Test
  void closingEndsTheThreads() throws InterruptedException {
    long before = threads();
    for (int i = 0; i < 20; i++) {
      Workers workers = new Workers(4);
      workers.run(10, (item, worker) -> {});
      workers.close();
      assertThatThrownBy(() -> workers.run(10, (item, worker) -> {}))
          .isInstanceOf(IllegalStateException.class);
    }
    for (int wait = 0; wait < 200 && threads() > before; wait++) {
      Thread.sleep(10);
    }
    assertThat(threads()).isLessThanOrEqualTo(before);
    assertThatThrownBy(() -> new Workers(0)).isInstanceOf(IllegalArgumentException.class);
  }

  private static long threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("gta4j-worker"))
        .count();
  }
}
