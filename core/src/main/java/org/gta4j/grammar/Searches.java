package org.gta4j.grammar;

import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** What takes long for a text that others need not wait for: threads that go when nobody asks. */
final class Searches {
  private static final int THREADS = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);

  private static final ThreadPoolExecutor POOL =
      new ThreadPoolExecutor(
          THREADS,
          THREADS,
          10,
          TimeUnit.SECONDS,
          new LinkedBlockingQueue<>(),
          Thread.ofPlatform().name("gta4j-grammar-", 0).daemon(true).factory());

  static {
    POOL.allowCoreThreadTimeOut(true);
  }

  private Searches() {}

  /** Begins one. */
  static FutureTask<?> begin(Runnable search) {
    FutureTask<?> task = new FutureTask<>(search, true);
    POOL.execute(task);
    return task;
  }

  /** Takes one back that no thread has begun; whether there was such. */
  static boolean takeBack(FutureTask<?> search) {
    return POOL.remove(search);
  }
}
