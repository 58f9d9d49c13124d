package org.gta4j.spark;

import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.spark.TaskContext;

/**
 * Waits as long as a task may: Spark interrupts the thread of a task that it wants no more, or only
 * marks it.
 */
final class Patience {
  /** How often is asked whether the task is still wanted. */
  private static final long LOOK_MILLIS = 100;

  private final Optional<TaskContext> task;

  /** Of the task that runs in this thread, if there is one. */
  Patience() {
    task = Optional.ofNullable(TaskContext.get());
  }

  /**
   * Waits a moment.
   *
   * @return whether it has been counted down
   * @throws IllegalStateException if the task is not wanted any more
   */
  boolean await(CountDownLatch latch) {
    try {
      if (latch.await(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
        return true;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("the task was interrupted while a text was computed", e);
    }
    if (task.isPresent() && task.get().isInterrupted()) {
      throw new IllegalStateException("the task was ended while a text was computed");
    }
    return false;
  }
}
