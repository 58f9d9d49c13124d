package org.gta4j.train.workers;

import java.time.Duration;

/**
 * A worker's place among the others.
 *
 * @param rank which one it is, from 0 on
 * @param count how many there are
 * @param rendezvous where they find each other
 * @param timeout how long one waits for another: to come, and later to finish its part of a step.
 *     Longer than the longest save or validation takes; one whose process has ended is missed at
 *     once
 */
public record Seat(int rank, int count, Rendezvous rendezvous, Duration timeout) {
  /** Checks the numbers. */
  public Seat {
    if (count < 1) {
      throw new IllegalArgumentException("workers: expected at least 1, found " + count);
    }
    if (rank < 0 || rank >= count) {
      throw new IllegalArgumentException(
          "rank: expected 0 to %d, found %d".formatted(count - 1, rank));
    }
    if (timeout.isNegative() || timeout.isZero()) {
      throw new IllegalArgumentException(
          "worker timeout: expected more than 0, found " + timeout.toSeconds());
    }
  }
}
