package org.gta4j.measure;

/**
 * What a step did, counted while it ran.
 *
 * @param linear multiply-adds with weights
 * @param attention multiply-adds of queries and keys, and of maps and values
 * @param cacheBytesWritten of keys and values that were cached
 * @param cacheBytesRead of the cached rows that a sequence's queries saw, each once a layer
 */
public record StepCounts(long linear, long attention, long cacheBytesWritten, long cacheBytesRead) {
  /** Nothing yet. */
  static final StepCounts NONE = new StepCounts(0, 0, 0, 0);

  StepCounts plusLinear(long more) {
    return new StepCounts(linear + more, attention, cacheBytesWritten, cacheBytesRead);
  }

  StepCounts plusAttention(long more, long read) {
    return new StepCounts(linear, attention + more, cacheBytesWritten, cacheBytesRead + read);
  }

  StepCounts plusWritten(long more) {
    return new StepCounts(linear, attention, cacheBytesWritten + more, cacheBytesRead);
  }
}
