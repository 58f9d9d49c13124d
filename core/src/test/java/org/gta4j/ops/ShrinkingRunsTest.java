package org.gta4j.ops;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ShrinkingRunsTest {
  @Test
  void runsFollowEachOtherAndNeverGrow() {
    ShrinkingRuns runs = new ShrinkingRuns();
    for (int threads = 1; threads <= 5; threads++) {
      for (int count : new int[] {0, 1, 2, 9, 48, 1000}) {
        int number = runs.cut(count, threads);
        int next = 0;
        int longest = count;
        for (int run = 0; run < number; run++) {
          assertThat(runs.begin(run)).isEqualTo(next);
          next = runs.end(run);
          int length = next - runs.begin(run);
          assertThat(length).isBetween(1, longest);
          longest = length;
        }
        assertThat(next).isEqualTo(count);
      }
    }
    assertThat(runs.cut(48, 2)).isLessThan(20);
    assertThat(runs.end(0)).as("a quarter of the work").isEqualTo(12);
  }
}
