package org.gta4j.cli.training;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/**
 * Work that all processors share, whose results come one after the other in the order of the work:
 * so do its mistakes. A few pieces for each processor wait at most, so that no more is held in
 * memory than is needed.
 *
 * @param <T> a result
 */
final class OrderedWork<T> implements AutoCloseable {
  private static final int WAITING = 4;

  private final int threads = Runtime.getRuntime().availableProcessors();
  private final ExecutorService pool = Executors.newFixedThreadPool(threads);
  private final Deque<Future<T>> running = new ArrayDeque<>();
  private final Consumer<T> results;

  /**
   * No work yet.
   *
   * @param results gets the results, on the thread that adds work
   */
  OrderedWork(Consumer<T> results) {
    this.results = results;
  }

  /** Adds a piece, and waits where too many are there. */
  void add(Callable<T> work) {
    running.add(pool.submit(work));
    if (running.size() > WAITING * threads) {
      results.accept(Results.of(running.removeFirst()));
    }
  }

  /** Waits for all that is left. */
  void finish() {
    while (!running.isEmpty()) {
      results.accept(Results.of(running.removeFirst()));
    }
  }

  /** Ends the threads; what was not waited for is not done. */
  @Override
  public void close() {
    pool.shutdownNow();
    pool.close();
  }
}
