package org.gta4j.cli.spark.prepare;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import org.apache.spark.TaskContext;
import org.apache.spark.util.TaskCompletionListener;
import org.jspecify.annotations.Nullable;

/**
 * What a reader tells, for somebody who asks: a thread reads ahead a little. Ends with the task
 * that asks, if not before.
 *
 * @param <T> what is told
 */
final class Pulled<T> implements Iterator<T> {
  private static final int AHEAD = 8;

  /** What comes through: something, the end, or what went wrong. */
  private record Told<T>(@Nullable T value, @Nullable Throwable failure) {}

  private final BlockingQueue<Told<T>> queue = new ArrayBlockingQueue<>(AHEAD);
  private final Thread reader;
  private @Nullable Told<T> next;

  /**
   * Begins to read.
   *
   * @param source tells all to whom it is given
   */
  Pulled(Consumer<Consumer<T>> source) {
    reader = Thread.ofPlatform().daemon().name("gta4j-reader").start(() -> read(source));
    TaskContext task = TaskContext.get();
    if (task != null) {
      TaskCompletionListener end = ended -> reader.interrupt();
      task.addTaskCompletionListener(end);
    }
  }

  private void read(Consumer<Consumer<T>> source) {
    try {
      try {
        source.accept(value -> put(new Told<>(value, null)));
        put(new Told<>(null, null));
      } catch (CancellationException e) {
        throw e;
      } catch (RuntimeException | Error e) {
        put(new Told<>(null, e));
      }
    } catch (CancellationException e) {
      // Nobody asks any more.
    }
  }

  private void put(Told<T> told) {
    try {
      queue.put(told);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("nobody asks any more");
    }
  }

  private Told<T> told() {
    Told<T> known = next;
    if (known == null) {
      try {
        known = queue.take();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new CancellationException("the task has ended");
      }
      next = known;
    }
    return known;
  }

  @Override
  public boolean hasNext() {
    Told<T> told = told();
    return switch (told.failure()) {
      case null -> told.value() != null;
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      case Throwable e -> throw new IllegalStateException(e);
    };
  }

  @Override
  public T next() {
    T value = hasNext() ? told().value() : null;
    if (value == null) {
      throw new NoSuchElementException("nothing is left");
    }
    next = null;
    return value;
  }
}
