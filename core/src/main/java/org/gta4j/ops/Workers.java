package org.gta4j.ops;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Threads that share the items of one task at a time: the caller works too, and returns when all
 * items are done. Which thread takes which item is left to chance, so an item's result must not
 * depend on it.
 *
 * <p>Idle workers look for a new task for a while before they sleep: a model's step is hundreds of
 * short tasks. The caller waits for those workers alone that have joined its task: one that gets no
 * processor, on a machine that others use too, holds nobody up.
 */
public final class Workers implements AutoCloseable {
  /** A task made of numbered items. */
  @FunctionalInterface
  public interface Task {
    /**
     * Does item {@code item}, as worker {@code worker} of 0 … threads − 1, on whose scratch memory
     * nobody else is.
     */
    void run(int item, int worker);
  }

  /**
   * How often an idle worker looks for a new task before it sleeps: some hundred microseconds, as
   * long as the choice of a token may take between two steps.
   */
  private static final int SPINS = 20_000;

  /** How often the caller looks for the last worker before it lets others have its processor. */
  private static final int WAITING_SPINS = 2_000;

  /** Of the state, the lowest bits: how many workers have joined; then whether more may. */
  private static final long OPEN = 1L << 16;

  private static final long JOINED = OPEN - 1;
  private static final long ROUND = OPEN << 1;
  private static final Task NOTHING = (item, worker) -> {};

  private final Thread[] threads;

  /** Which workers sleep, or are about to. */
  private final AtomicIntegerArray asleep;

  private final AtomicInteger next = new AtomicInteger();

  /** Number of the task, whether it is open, and how many workers are in it. */
  private final AtomicLong state = new AtomicLong();

  private volatile boolean closed;
  private Task task = NOTHING;
  private int items;
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

  /**
   * Starts workers.
   *
   * @param count how many threads share a task, the caller's own among them; at least 1
   */
  public Workers(int count) {
    if (count < 1 || count > JOINED) {
      throw new IllegalArgumentException(
          "expected 1 to %d threads, found %d".formatted(JOINED, count));
    }
    threads = new Thread[count - 1];
    asleep = new AtomicIntegerArray(threads.length);
    for (int i = 0; i < threads.length; i++) {
      int worker = i + 1;
      threads[i] =
          Thread.ofPlatform().daemon().name("gta4j-worker-" + worker).unstarted(() -> work(worker));
    }
    for (Thread thread : threads) {
      thread.start();
    }
  }

  /** How many threads share a task. */
  public int count() {
    return threads.length + 1;
  }

  /**
   * Runs items 0 … {@code count − 1} of {@code task}; returns when all are done, or throws what one
   * of them threw.
   */
  public void run(int count, Task task) {
    if (closed) {
      throw new IllegalStateException("the workers have ended");
    }
    if (threads.length == 0 || count <= 1) {
      for (int item = 0; item < count; item++) {
        task.run(item, 0);
      }
      return;
    }
    this.task = task;
    items = count;
    failure.set(null);
    next.set(0);
    // Publishes all of it. Nobody is in the task before.
    state.set((state.get() & -ROUND) + ROUND + OPEN);
    wake(count - 1);
    take(0);
    // All items are taken: whoever has not joined is not needed any more.
    state.addAndGet(-OPEN);
    while (true) {
      try {
        awaitWorkers();
        break;
      } catch (Error e) {
        failure.compareAndSet(null, e); // Late; nobody leaves while workers use the memory.
      }
    }
    this.task = NOTHING;
    Throwable thrown = failure.get();
    if (thrown instanceof RuntimeException e) {
      throw e;
    }
    if (thrown instanceof Error e) {
      throw e;
    }
  }

  @SuppressWarnings(
      "ThreadPriorityCheck") // only while a worker that is waited for has no processor
  private void awaitWorkers() {
    for (int spins = 0; (state.get() & JOINED) > 0; spins++) {
      if (spins < WAITING_SPINS) {
        Thread.onSpinWait();
      } else {
        Thread.yield(); // where processors are short, the worker that is waited for needs this one
      }
    }
  }

  /** Wakes up to {@code most} sleeping workers. */
  private void wake(int most) {
    int woken = 0;
    for (int i = 0; i < threads.length && woken < most; i++) {
      if (asleep.get(i) != 0) {
        LockSupport.unpark(threads[i]);
        woken++;
      }
    }
  }

  private void work(int worker) {
    int self = worker - 1;
    long seen = 0;
    while (true) {
      for (int spins = 0; !isNew(state.get(), seen); spins++) {
        if (closed) {
          return;
        }
        if (spins < SPINS) {
          Thread.onSpinWait();
          continue;
        }
        // Said before it looks once more: a task that it does not see yet sees that it sleeps.
        asleep.set(self, 1);
        if (!isNew(state.get(), seen) && !closed) {
          LockSupport.park(this);
        }
        asleep.set(self, 0);
      }
      long now = state.get();
      // Joins that very task, or none: it may have ended meanwhile.
      if (isNew(now, seen) && state.compareAndSet(now, now + 1)) {
        seen = now & -ROUND;
        try {
          take(worker);
        } catch (RuntimeException | Error e) {
          failure.compareAndSet(null, e); // What the JVM says of memory that is gone comes late.
        } finally {
          state.decrementAndGet();
        }
      }
    }
  }

  private static boolean isNew(long state, long seen) {
    return (state & OPEN) != 0 && (state & -ROUND) != seen;
  }

  private void take(int worker) {
    Task current = task;
    int count = items;
    try {
      for (int item = next.getAndIncrement(); item < count; item = next.getAndIncrement()) {
        current.run(item, worker);
      }
    } catch (RuntimeException | Error e) {
      failure.compareAndSet(null, e);
      next.set(count);
    }
  }

  /** Ends the threads. */
  @Override
  public void close() {
    closed = true;
    for (Thread thread : threads) {
      LockSupport.unpark(thread);
    }
  }
}
