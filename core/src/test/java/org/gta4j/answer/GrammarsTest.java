package org.gta4j.answer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.gta4j.generate.LanguageModel;
import org.gta4j.generate.TokenConstraint;
import org.gta4j.grammar.Grammar;
import org.gta4j.testing.ByteChatModel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class GrammarsTest {
  @TempDir Path folder;

  private LanguageModel model() {
    return new ByteChatModel(List.of("<end>", "<a>", "<b>"), List.of())
        .load(folder, 64, Optional.of(ByteChatModel.TEMPLATE));
  }

  @Test
  void aSlowGrammarHoldsUpNobodyElse() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    AtomicInteger made = new AtomicInteger();
    Supplier<Grammar> slow =
        () -> {
          made.incrementAndGet();
          begun.countDown();
          try {
            assertThat(goOn.await(30, TimeUnit.SECONDS)).isTrue();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
          return Grammar.literal("slow");
        };
    try (LanguageModel model = model();
        ExecutorService others = Executors.newFixedThreadPool(2)) {
      Grammars grammars = new Grammars(model);
      Future<Supplier<TokenConstraint>> first =
          others.submit(() -> grammars.constraint("slow", slow));
      begun.await();
      Future<Supplier<TokenConstraint>> same =
          others.submit(() -> grammars.constraint("slow", slow));
      assertThat(grammars.constraint("other", () -> Grammar.literal("b")).get().isComplete())
          .isFalse();
      assertThat(same.isDone()).isFalse();
      goOn.countDown();
      assertThat(first.get().get().isComplete()).isFalse();
      assertThat(same.get().get().isComplete()).isFalse();
      assertThat(made).as("it is made once").hasValue(1);
    }
  }

  @Test
  void virtualThreadsThatWaitForItLetOthersRun() throws Exception {
    int threads = 2 * Runtime.getRuntime().availableProcessors() + 4;
    AtomicBoolean goesOn = new AtomicBoolean(true);
    AtomicBoolean isVirtual = new AtomicBoolean();
    CountDownLatch begun = new CountDownLatch(1);
    try (LanguageModel model = model();
        ExecutorService requests = Executors.newVirtualThreadPerTaskExecutor()) {
      Grammars grammars = new Grammars(model);
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        String key = "slow" + i;
        all.add(
            requests.submit(() ->
                grammars.constraint(
                    key,
                    () -> {
                      if (Thread.currentThread().isVirtual()) {
                        isVirtual.set(true);
                      }
                      begun.countDown();
                      while (goesOn.get()) {
                        Thread.onSpinWait();
                      }
                      return Grammar.literal("a");
                    })));
      }
      begun.await();
      try {
        assertThat(requests.submit(() -> true).get(30, TimeUnit.SECONDS)).isTrue();
        assertThat(isVirtual).isFalse();
      } finally {
        goesOn.set(false);
      }
      for (Future<?> one : all) {
        assertThat(one.get()).isNotNull();
      }
    }
  }

  @Test
  void whoIsInterruptedFailsAlone() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    Supplier<Grammar> slow =
        () -> {
          begun.countDown();
          try {
            goOn.await();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
          return Grammar.literal("slow");
        };
    try (LanguageModel model = model();
        ExecutorService others = Executors.newFixedThreadPool(1)) {
      Grammars grammars = new Grammars(model);
      Thread first =
          Thread.startVirtualThread(() ->
              assertThatIllegalStateException()
                  .isThrownBy(() -> grammars.constraint("slow", slow)));
      begun.await();
      Future<Supplier<TokenConstraint>> same =
          others.submit(() -> grammars.constraint("slow", slow));
      first.interrupt();
      first.join();
      goOn.countDown();
      assertThat(same.get().get().isComplete()).isFalse();
    }
  }

  @Test
  void whatHasFailedIsTriedAgain() {
    try (LanguageModel model = model()) {
      Grammars grammars = new Grammars(model);
      for (int i = 0; i < 2; i++) {
        assertThatIllegalArgumentException()
            .isThrownBy(() ->
                grammars.constraint(
                    "a",
                    () -> {
                      throw new IllegalArgumentException("no");
                    }))
            .withMessage("no");
      }
      assertThat(grammars.constraint("a", () -> Grammar.literal("a")).get()).isNotNull();
    }
  }
}
