package org.gta4j.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class PromptTimesTest {
  private static double seconds(int before) {
    return 1e-3 + 2e-7 * before;
  }

  /** The mean of a piece's tokens, of which each has the ones before it before it. */
  private static double piece(int before, int tokens) {
    double total = 0;
    for (int token = 0; token < tokens; token++) {
      total += seconds(before + token);
    }
    return total / tokens;
  }

  @Test
  void aTimeThatGrowsEvenlyIsPutTogetherExactly() {
    PromptTimes times = new PromptTimes();
    for (int before : new int[] {0, 512, 2048, 8192}) {
      int tokens = before > 2000 ? 64 : 512;
      times.add(before, tokens, piece(before, tokens));
    }
    for (int tokens : new int[] {1, 64, 512, 1000, 2048, 8192}) {
      assertThat(times.of(tokens).orElseThrow() / tokens)
          .as("a prompt of %d", tokens)
          .isCloseTo(piece(0, tokens), within(1e-12));
    }
  }

  @Test
  void whatWasNotMeasuredIsNotThere() {
    PromptTimes times = new PromptTimes();
    times.add(0, 512, 1);
    assertThat(times.of(100)).as("one piece says nothing about growth").isEmpty();
    times.add(512, 512, 2);
    assertThat(times.of(512)).isPresent();
    assertThat(times.of(2048)).isEmpty();
  }
}
