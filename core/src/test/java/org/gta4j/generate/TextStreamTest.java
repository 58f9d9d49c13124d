package org.gta4j.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.gta4j.cache.CacheType;
import org.gta4j.checkpoint.Checkpoint;
import org.gta4j.model.RandomCheckpoint;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Answers taken piece by piece: of a model that its caller has computed, and of an engine. */
@Timeout(60)
class TextStreamTest {
  private static final int[] PROMPT = {5, 6, 7};

  @TempDir static Path folder;
  private static LanguageModel model;

  @BeforeAll
  static void loadModel() {
    RandomCheckpoint.gta(3, TestVocabulary.SIZE, 128).write(folder);
    model =
        LanguageModel.of(
            Checkpoint.open(folder),
            Optional.of(TestVocabulary.tokenizer()),
            new LoadOptions("scalar", 1, CacheType.F32, Optional.of(96)));
  }

  @AfterAll
  static void close() {
    model.close();
  }

  private static Engine engine() {
    return new Engine(model, new EngineSettings(16 * model.cacheLayout().blockBytes(), 2, 2, true));
  }

  private static Request request(int tokens) {
    return new Request(PROMPT, tokens, Sampling.of(1, 4), List.of(), true);
  }

  @Test
  void bringsThePiecesThatListenersGet() {
    List<String> pieces = new ArrayList<>();
    Generation whole = model.generate(request(40), pieces::add);
    assertThat(pieces).hasSizeGreaterThan(5);
    try (TextStream text = model.stream(request(40))) {
      assertThat(text.stream()).containsExactlyElementsOf(pieces);
      assertThat(text.generation().ids()).isEqualTo(whole.ids());
      assertThat(text.generation().finish()).contains(FinishReason.LENGTH);
    }
    try (Engine engine = engine();
        TextStream text = engine.stream(request(40), "somebody")) {
      List<String> taken = new ArrayList<>();
      text.forEachRemaining(taken::add);
      assertThat(taken).isEqualTo(pieces);
      assertThat(text.generation().ids()).isEqualTo(whole.ids());
    }
  }

  @Test
  void computesNoFurtherThanIsAskedFor() {
    TextStream text = model.stream(request(80));
    text.next();
    assertThatThrownBy(text::generation)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("has not ended");
    text.close();
    assertThat(text.hasNext()).isFalse();
    // An engine goes on by itself until it is told that nobody listens.
    try (Engine engine = engine()) {
      TextStream longer = engine.stream(request(80), "somebody");
      longer.next();
      longer.close();
      longer.close();
      assertThat(longer.hasNext()).isFalse();
      Answer other = engine.submit(request(1), piece -> {});
      other.await();
      assertThat(engine.stats().running()).isZero();
    }
  }

  @Test
  void refusesWhatCannotBeAnswered() {
    Request tooLong = new Request(new int[96], 1, Sampling.greedy(), List.of(), true);
    assertThatThrownBy(() -> model.stream(tooLong).close())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("the prompt has 96 tokens");
    try (Engine engine = engine()) {
      assertThatThrownBy(() -> engine.stream(tooLong, "somebody").close())
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("the prompt has 96 tokens");
    }
  }

  @Test
  void tellsThatTheEngineWasClosed() throws InterruptedException {
    CountDownLatch closing = new CountDownLatch(1);
    Engine engine = engine();
    TextStream text = engine.stream(request(90).with(() -> new Waiting(closing)), "somebody");
    Thread closer = Thread.ofVirtual().start(engine::close);
    while (!engine.isClosed()) {
      Thread.onSpinWait();
    }
    closing.countDown();
    assertThatThrownBy(() -> text.forEachRemaining(piece -> {}))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("the engine was closed");
    assertThatThrownBy(text::hasNext).hasMessageContaining("the engine was closed");
    text.close();
    closer.join();
  }

  /** Allows everything, until it fails. */
  private static final class Failing implements TokenConstraint {
    private int accepted;

    @Override
    public void restrict(float[] logits) {}

    @Override
    public void accept(int id) {
      if (++accepted > 5) {
        throw new UnsupportedOperationException("no sixth token");
      }
    }

    @Override
    public boolean isComplete() {
      return false;
    }
  }

  @Test
  void aFailureIsToldHoweverOftenItIsAskedFor() {
    try (TextStream text = model.stream(request(40).with(Failing::new))) {
      for (int i = 0; i < 3; i++) {
        assertThatThrownBy(() -> text.forEachRemaining(piece -> {}))
            .isInstanceOf(UnsupportedOperationException.class)
            .hasMessage("no sixth token");
      }
      assertThatThrownBy(text::generation).hasMessageContaining("has not ended");
    }
  }

  /** Allows everything, when something has happened. */
  private record Waiting(CountDownLatch latch) implements TokenConstraint {
    @Override
    public void restrict(float[] logits) {
      try {
        latch.await();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public void accept(int id) {}

    @Override
    public boolean isComplete() {
      return false;
    }
  }

  @Test
  void waitingEndsWithAnInterruption() {
    try (Engine engine = engine();
        TextStream text = engine.stream(request(90), "somebody")) {
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> text.forEachRemaining(piece -> {}))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("interrupted");
      assertThat(Thread.interrupted()).isTrue();
    }
  }
}
