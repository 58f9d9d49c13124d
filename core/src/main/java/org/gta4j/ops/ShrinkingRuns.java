package org.gta4j.ops;

import java.util.Arrays;

/**
 * Work that is a walk through memory, cut into runs: long ones at first and shorter ones towards
 * the end, so that a thread reads as long as it can from where it is, and none waits long for
 * another at the end. Kept from one operation to the next, so that none allocates.
 */
public final class ShrinkingRuns {
  private int[] begins = new int[16];
  private int runs;

  /** No runs yet. */
  public ShrinkingRuns() {}

  /**
   * Cuts 0 … {@code count − 1} into runs for {@code threads} threads.
   *
   * @return how many runs there are
   */
  public int cut(int count, int threads) {
    runs = 0;
    int begin = 0;
    while (begin < count) {
      int size = Math.max(1, (count - begin) / (2 * threads));
      for (int thread = 0; thread < threads && begin < count; thread++) {
        add(begin);
        begin = Math.min(count, begin + size);
      }
    }
    add(count);
    return --runs;
  }

  private void add(int begin) {
    if (runs == begins.length) {
      begins = Arrays.copyOf(begins, 2 * runs);
    }
    begins[runs++] = begin;
  }

  /** Where a run begins. */
  public int begin(int run) {
    return begins[run];
  }

  /** Where a run ends: its last is the one before. */
  public int end(int run) {
    return begins[run + 1];
  }
}
