package org.gta4j.generate;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.gta4j.cache.BlockPool;
import org.gta4j.model.RandomCheckpoint;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Texts whose grammar takes long to say what may follow. */
class SlowConstraintTest {
  private static final int CONTEXT = 96;

  @TempDir Path folder;

  /** Allows ids below 20, and is ready when a test wants it to be. */
  private static final class Slow implements TokenConstraint {
    private boolean ready;
    private int asked;

    @Override
    public boolean isReady() {
      asked++;
      return ready;
    }

    @Override
    public void restrict(float[] logits) {
      Arrays.fill(logits, 20, logits.length, Float.NEGATIVE_INFINITY);
      logits[2] = Float.NEGATIVE_INFINITY; // the end
    }

    @Override
    public void accept(int id) {
      assertThat(id).isLessThan(20);
    }

    @Override
    public boolean isComplete() {
      return false;
    }
  }

  @Test
  void aPromptWaitsBeforeItsLastToken() {
    RandomCheckpoint.gta(3, TestVocabulary.SIZE, 128).set("eos_token_id", 2).write(folder);
    try (TestModel model = new TestModel(folder, CONTEXT, 1);
        BlockPool pool = model.pool(16)) {
      Slow slow = new Slow();
      Request held =
          new Request(new int[] {3, 4, 5}, 4, Sampling.greedy(), List.of(), true).with(() -> slow);
      for (int stepRows : new int[] {1, 32}) {
        slow.ready = false;
        Scheduler scheduler = model.scheduler(pool, stepRows);
        Generation other = scheduler.submit(Request.greedy(new int[] {6, 7}, 40), text -> {});
        scheduler.step();
        scheduler.step();
        Generation waiting = scheduler.submit(held, text -> {});
        for (int i = 0; i < 16; i++) {
          scheduler.step();
        }
        assertThat(waiting.pending()).as("rows %d", stepRows).isEqualTo(1);
        assertThat(waiting.ids()).isEmpty();
        int before = other.ids().length;
        scheduler.step();
        assertThat(other.ids()).as("has every step").hasSize(before + 1);
        slow.ready = true;
        scheduler.step();
        scheduler.step();
        assertThat(waiting.ids()).isNotEmpty();
        scheduler.runToEnd();
        assertThat(waiting.ids()).hasSize(4);
      }
    }
  }

  @Test
  void othersDoNotWaitForIt() {
    RandomCheckpoint.gta(3, TestVocabulary.SIZE, 128).set("eos_token_id", 2).write(folder);
    try (TestModel model = new TestModel(folder, CONTEXT, 1);
        BlockPool pool = model.pool(16)) {
      Slow slow = new Slow();
      Request held =
          new Request(new int[] {3, 4, 5}, 12, Sampling.greedy(), List.of(), true).with(() -> slow);
      Scheduler scheduler = model.scheduler(pool, 32);
      Generation alone = scheduler.submit(held, text -> {});
      scheduler.runToEnd();
      assertThat(alone.ids()).as("by itself it has nobody to wait for").hasSize(12);
      assertThat(slow.asked).isPositive();

      Generation held2 = scheduler.submit(held, text -> {});
      scheduler.step();
      int before = held2.ids().length;
      Generation other = scheduler.submit(Request.greedy(new int[] {6, 7}, 40), text -> {});
      for (int i = 0; i < 10; i++) {
        scheduler.step();
      }
      assertThat(other.ids().length).isGreaterThan(8);
      assertThat(held2.ids()).as("it waits").hasSizeLessThanOrEqualTo(before + 1);
      slow.ready = true;
      scheduler.step();
      scheduler.step();
      assertThat(held2.ids()).hasSizeGreaterThan(before + 1);
      scheduler.runToEnd();
      assertThat(held2.ids()).isEqualTo(alone.ids());
    }
  }
}
