package org.gta4j.spark;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.TaskContext;
import org.apache.spark.util.TaskCompletionListener;

/**
 * What functions have opened for a task, each for one row after the other: kept until the task
 * ends, so that two functions with different engines do not close each other's between rows.
 */
final class TaskWorks {
  private static final Map<TaskContext, TaskWorks> OPEN = new ConcurrentHashMap<>();

  private final Map<RowWork, RowWork.Opened> works = new HashMap<>();
  private boolean ended;

  private TaskWorks() {}

  /** What this task has opened; given back when Spark says that the task has ended. */
  static TaskWorks of(TaskContext task) {
    TaskWorks fresh = new TaskWorks();
    TaskWorks known = OPEN.putIfAbsent(task, fresh);
    if (known != null) {
      return known;
    }
    task.addTaskCompletionListener(
        (TaskCompletionListener)
            done -> {
              OPEN.remove(task);
              fresh.end();
            });
    return fresh;
  }

  /**
   * The work, made ready where that is still to be done.
   *
   * @throws IllegalStateException if the task has ended
   */
  synchronized RowWork.Opened opened(RowWork work) {
    if (ended) {
      throw new IllegalStateException("the task has ended");
    }
    RowWork.Opened found = works.get(work);
    if (found == null) {
      found = work.open();
      works.put(work, found);
    }
    return found;
  }

  private synchronized void end() {
    ended = true;
    works.values().forEach(RowWork.Opened::close);
    works.clear();
  }
}
