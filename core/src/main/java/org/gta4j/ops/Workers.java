package org.gta4j.ops;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Threads that share the items of one task at a time: the caller works too, and returns when all
 * items are done. Which thread takes which item is left to chance, so an item's result must not
 * depend on it.
 *
 * <p>Idle workers look for a new task for a short while before they sleep: a model's step is
 * hundreds of short tasks.
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

  /** How often an idle worker looks for a new task before it sleeps: some tens of microseconds. */
  private static final int SPINS = 2_000;

  private static final int SHARING_BITS = 16;
  private static final int MAX_THREADS = (1 << SHARING_BITS) - 1;
  private static final Task NOTHING = (item, worker) -> {};

  private final Thread[] threads;
  private final AtomicInteger next = new AtomicInteger();
  private final AtomicInteger busy = new AtomicInteger();

  /** Number of the task, and in its low bits how many threads share it. */
  private volatile long round;

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
    if (count < 1 || count > MAX_THREADS) {
      throw new IllegalArgumentException(
          "expected 1 to %d threads, found %d".formatted(MAX_THREADS, count));
    }
    threads = new Thread[count - 1];
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
    int sharing = Math.min(count, count());
    this.task = task;
    items = count;
    failure.set(null);
    next.set(0);
    busy.set(sharing - 1);
    long now = round;
    // Publishes task and items. Only the caller's thread writes it.
    round = ((now >>> SHARING_BITS) + 1) << SHARING_BITS | sharing;
    for (int i = 0; i < sharing - 1; i++) {
      LockSupport.unpark(threads[i]);
    }
    take(0);
    while (true) {
      try {
        awaitWorkers();
        break;
      } catch (Error e) {
        failure.compareAndSet(null, e); // Late too; nobody leaves while workers use the memory.
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
    for (int spins = 0; busy.get() > 0; spins++) {
      if (spins < SPINS) {
        Thread.onSpinWait();
      } else {
        Thread.yield(); // where processors are short, the worker that is waited for needs this one
      }
    }
  }

  private void work(int worker) {
    long seen = 0;
    while (true) {
      int spins = 0;
      while (round == seen) {
        if (closed) {
          return;
        }
        if (++spins < SPINS) {
          Thread.onSpinWait();
        } else {
          LockSupport.park(this);
        }
      }
      seen = round;
      // Read together with the round: a worker that is late must not take part in the next one
      // twice.
      if (worker < (seen & MAX_THREADS)) {
        try {
          take(worker);
        } catch (RuntimeException | Error e) {
          failure.compareAndSet(
              null, e); // What the JVM has to say of memory that is gone comes late.
        } finally {
          busy.decrementAndGet();
        }
      }
    }
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
