package org.gta4j.spark;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Queue;
import org.apache.spark.TaskContext;
import org.apache.spark.sql.Row;
import org.apache.spark.util.TaskCompletionListener;

/**
 * The rows of one task: many are begun before the first of them is waited for, and they are handed
 * on in the order in which they came.
 */
final class PartitionRows implements Iterator<Row> {
  private final Iterator<Row> input;
  private final RowLayout layout;
  private final JobCounters counters;
  private final RowWork.Opened work;
  private final Patience patience = new Patience();
  private final Queue<InWork> begun = new ArrayDeque<>();
  private boolean closed;

  /** A row, and what is computed from it or why that is nothing. */
  private record InWork(
      Row row, Optional<RowWork.Begun> work, Optional<RefusedRowException> refused) {}

  /** Begins a task; what it takes is given back when Spark says that the task has ended. */
  @SuppressWarnings("MustBeClosedChecker") // closed with the task
  PartitionRows(Iterator<Row> input, RowWork work, RowLayout layout, JobCounters counters) {
    this.input = input;
    this.layout = layout;
    this.counters = counters;
    counters.rate().begin();
    this.work = work.open();
    TaskContext task = TaskContext.get();
    if (task != null) {
      task.addTaskCompletionListener((TaskCompletionListener) ended -> close());
    }
  }

  @Override
  public boolean hasNext() {
    fill();
    if (begun.isEmpty()) {
      close();
    }
    return !begun.isEmpty();
  }

  @Override
  public Row next() {
    fill();
    InWork first = begun.peek();
    if (first == null) {
      throw new NoSuchElementException("all rows have been handed on");
    }
    Row computed = computed(first);
    begun.remove(); // and not before: where the task ends meanwhile, closing gives it up
    return computed;
  }

  private Row computed(InWork first) {
    try {
      if (first.refused().isPresent()) {
        throw first.refused().get();
      }
      RowWork.Computed computed = first.work().orElseThrow().await(patience);
      counters.computed(computed.tokens());
      return layout.with(first.row(), computed);
    } catch (RefusedRowException e) {
      counters.refused();
      return layout.with(first.row(), e);
    }
  }

  private void fill() {
    while (!closed && begun.size() < work.window() && input.hasNext()) {
      begun.add(begin(input.next()));
    }
  }

  private InWork begin(Row row) {
    try {
      RowWork.Begun now = work.begin(layout.text(row), layout.key(row), this);
      return new InWork(row, Optional.of(now), Optional.empty());
    } catch (RefusedRowException e) {
      return new InWork(row, Optional.empty(), Optional.of(e));
    }
  }

  private void close() {
    if (!closed) {
      closed = true;
      for (InWork row : begun) {
        row.work().ifPresent(RowWork.Begun::cancel); // nobody will ask for it
      }
      work.close();
    }
  }
}
