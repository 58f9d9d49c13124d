package org.gta4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ProgressTest {
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final AtomicLong nanos = new AtomicLong(-5);
  private final Progress progress =
      new Progress(
          new Terminal(OutputStream.nullOutputStream(), err, () -> false),
          "reading the prompt",
          "tokens",
          nanos::get);

  private void at(double seconds, long done, long total, String aside) {
    nanos.set((long) (seconds * 1e9) - 5);
    progress.at(done, total, aside);
  }

  @Test
  void tellsNothingOfWhatIsShortAndEveryTwoSecondsOfWhatIsLong() {
    at(1.9, 500, 10_000, "");
    assertThat(err.size()).isZero();
    at(2.5, 1000, 10_000, "");
    at(2.6, 1001, 10_000, "");
    at(4.4, 1002, 10_000, "");
    at(5, 2000, 10_000, "so far so good");
    at(50, 2001, 400_000, "");
    at(60, 10_000, 10_000, "");
    assertThat(err.toString(StandardCharsets.UTF_8).lines())
        .containsExactly(
            "gta: reading the prompt: 1,000 of 10,000 tokens, 10%, 23 s left",
            "gta: reading the prompt: 2,000 of 10,000 tokens, 20%, 20 s left, so far so good",
            "gta: reading the prompt: 2,001 of 400,000 tokens, 1%, 166 min left");
  }
}
