package org.gta4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProgressTest {
  private static final long SECOND = 1_000_000_000L;

  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private Progress progress(long total) {
    Terminal terminal = new Terminal(OutputStream.nullOutputStream(), err, () -> false);
    return new Progress(terminal, "reading the prompt", total, "tokens");
  }

  @Test
  void saysHowFarAndHowLong() {
    try (Progress progress = progress(10_000)) {
      assertThat(progress.line(2 * SECOND)).isEqualTo("reading the prompt: 0 of 10,000 tokens, 0%");
      progress.at(50);
      assertThat(progress.line(2 * SECOND))
          .isEqualTo("reading the prompt: 50 of 10,000 tokens, 1%");
      progress.at(1000, "so far so good");
      assertThat(progress.line(5 * SECOND / 2))
          .isEqualTo("reading the prompt: 1,000 of 10,000 tokens, 10%, 23 s left, so far so good");
      progress.at(4000, 400_000);
      assertThat(progress.line(50 * SECOND))
          .startsWith("reading the prompt: 4,000 of 400,000 tokens, 1%, 83 min left");
    }
  }

  @Test
  void tellsByItselfEveryTwoSecondsAndNothingOfWhatIsShort() throws InterruptedException {
    progress(5).close();
    assertThat(err.size()).isZero();
    try (Progress progress = progress(5)) {
      progress.at(1);
      long begin = System.nanoTime();
      while (err.size() == 0 && System.nanoTime() - begin < 60 * SECOND) {
        Thread.sleep(20);
      }
      assertThat(System.nanoTime() - begin).isGreaterThan(3 * SECOND / 2);
    }
    assertThat(err.toString(StandardCharsets.UTF_8))
        .startsWith("gta: reading the prompt: 1 of 5 tokens, 20%, ");
  }

  @Test
  void whatIsNotNewIsNotToldAgain() throws InterruptedException {
    try (Progress progress = progress(5)) {
      Thread.sleep(6500);
      assertThat(lines()).containsExactly("gta: reading the prompt: 0 of 5 tokens, 0%");
      progress.at(0, "the first case");
      Thread.sleep(4500);
    }
    assertThat(lines()).hasSize(2).last().asString().endsWith("0%, the first case");
  }

  private List<String> lines() {
    return err.toString(StandardCharsets.UTF_8).lines().toList();
  }
}
