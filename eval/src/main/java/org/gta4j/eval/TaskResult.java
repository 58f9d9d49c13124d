package org.gta4j.eval;

import java.util.List;
import java.util.SequencedMap;

/**
 * What a task came to.
 *
 * @param task the task
 * @param count how many records were answered
 * @param metrics its metrics by name
 */
public record TaskResult(Task task, int count, SequencedMap<String, Metrics.Metric> metrics) {
  /** Of at least one answer. */
  public static TaskResult of(Task task, List<Answer> answers) {
    return new TaskResult(task, answers.size(), Metrics.of(task, answers));
  }
}
