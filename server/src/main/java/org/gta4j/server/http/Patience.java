package org.gta4j.server.http;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * How long a connection's thread waits for its client. A client that neither reads nor leaves would
 * keep the thread, its answers and their place in the cache for ever: nothing else ends a write
 * that is blocked. Waiting too long is ended by an interrupt, which closes the connection's channel
 * whether it is encrypted or not (to close it from outside would wait for the writer's lock where
 * it is).
 *
 * <p>One timer at most is pending for each, however much is read and written: it looks again when
 * it comes too early.
 */
final class Patience implements AutoCloseable {
  private final long limitNanos;
  private Optional<Thread> waiting = Optional.empty();
  private long since;
  private Optional<Future<?>> timer = Optional.empty();
  private boolean hasEnded;

  Patience(Duration limit) {
    limitNanos = limit.toNanos();
  }

  /** Something a thread may have to wait for. */
  @FunctionalInterface
  interface Wait<T extends @Nullable Object> {
    T run();
  }

  /**
   * Waits for a client in this thread.
   *
   * @throws RuntimeException whatever the wait is ended by when it takes too long
   */
  <T extends @Nullable Object> T with(Wait<T> wait) {
    begin();
    try {
      return wait.run();
    } finally {
      end();
    }
  }

  private synchronized void begin() {
    waiting = Optional.of(Thread.currentThread());
    since = System.nanoTime();
    if (timer.isEmpty()) {
      lookAfter(limitNanos);
    }
  }

  private synchronized void end() {
    waiting = Optional.empty();
    if (hasEnded) {
      // It has done what it was for; what is still to be tidied up may wait for locks.
      hasEnded = false;
      Thread.interrupted();
    }
  }

  private void lookAfter(long nanos) {
    timer =
        Optional.of(ForkJoinPool.commonPool().schedule(this::look, nanos, TimeUnit.NANOSECONDS));
  }

  /** The connection has ended: its timer is not kept until it would come. */
  @Override
  public synchronized void close() {
    timer.ifPresent(pending -> pending.cancel(false));
    timer = Optional.empty();
  }

  private synchronized void look() {
    timer = Optional.empty();
    if (waiting.isEmpty()) {
      return;
    }
    long left = limitNanos - (System.nanoTime() - since);
    if (left > 0) {
      lookAfter(left);
    } else {
      hasEnded = true;
      waiting.get().interrupt();
    }
  }
}
