package org.gta4j.cli.spark.job;

import java.util.Optional;
import org.apache.spark.Success$;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerStageSubmitted;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.gta4j.cli.Progress;

/** Counts tasks for those who wait. */
final class TaskCount extends SparkListener {
  private Optional<Progress> progress = Optional.empty();
  private final long expected;
  private long tasks;
  private long done;

  /**
   * Nothing is done.
   *
   * @param expected how many tasks there will be, as far as one knows
   */
  TaskCount(long expected) {
    this.expected = expected;
  }

  /** Where it is told. */
  synchronized void tell(Progress told) {
    progress = Optional.of(told);
  }

  @Override
  public synchronized void onStageSubmitted(SparkListenerStageSubmitted stage) {
    tasks += stage.stageInfo().numTasks();
    tell();
  }

  @Override
  public synchronized void onTaskEnd(SparkListenerTaskEnd task) {
    if (task.reason().equals(Success$.MODULE$)) {
      done++;
      tell();
    }
  }

  private void tell() {
    progress.ifPresent(told -> told.at(done, Math.max(expected, Math.max(done, tasks))));
  }
}
