package org.gta4j.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PatienceTest {
  private static long timers() {
    return ForkJoinPool.commonPool().getDelayedTaskCount();
  }

  @Test
  void noTimerIsLeftOfWhatHasEnded() {
    long before = timers();
    for (int i = 0; i < 1000; i++) {
      try (Patience patience = new Patience(Duration.ofMinutes(5))) {
        patience.with(() -> true);
        patience.with(() -> true);
      }
    }
    while (timers() > before + 100) {
      Thread.onSpinWait(); // another thread takes them out
    }
    assertThat(timers()).isLessThan(before + 101);
  }

  @Test
  void whoWaitsTooLongIsInterrupted() {
    AtomicBoolean isInterrupted = new AtomicBoolean();
    try (Patience patience = new Patience(Duration.ofMillis(20))) {
      patience.with(() -> {
        try {
          new CountDownLatch(1).await();
        } catch (InterruptedException e) {
          isInterrupted.set(true);
        }
        return true;
      });
    }
    assertThat(isInterrupted).isTrue();
    assertThat(Thread.interrupted()).isFalse();
  }
}
