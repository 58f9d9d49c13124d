package org.gta4j.generate;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import org.gta4j.cache.BlockPool;
import org.gta4j.cache.PrefixCache;
import org.gta4j.cache.SlowStore;
import org.gta4j.model.RandomCheckpoint;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Texts that come back from a slow disk. */
class OffloadTest {
  private static final int CONTEXT = 400;

  @TempDir Path folder;

  @Test
  void othersGoOnWhileATextComesBack() {
    RandomCheckpoint.gta(3, TestVocabulary.SIZE, 128)
        .set("eos_token_id", 2)
        .set("max_position_embeddings", CONTEXT)
        .write(folder);
    int[] prompt = new int[200];
    Arrays.setAll(prompt, i -> 5 + i % 7);
    AtomicBoolean isDone = new AtomicBoolean(true);
    SlowStore store = new SlowStore(16, isDone::get);
    try (TestModel model = new TestModel(folder, CONTEXT, 1);
        BlockPool pool = model.pool(16);
        PrefixCache prefixes = new PrefixCache(pool, store)) {
      Scheduler scheduler = model.scheduler(pool, prefixes, 256, 4);
      Request asked = Request.greedy(prompt, 20);
      Generation alone = scheduler.submit(asked, text -> {});
      scheduler.runToEnd();
      prefixes.evict(16);
      isDone.set(false);
      Generation other = scheduler.submit(Request.greedy(new int[] {3, 4}, 100), text -> {});
      scheduler.step();
      Generation back = scheduler.submit(asked, text -> {});
      for (int i = 0; i < 10; i++) {
        scheduler.step();
      }
      assertThat(other.ids().length).as("it has gone on").isGreaterThan(10);
      assertThat(scheduler.waiting()).isOne();
      assertThat(store.pending()).isPositive();
      isDone.set(true);
      scheduler.runToEnd();
      assertThat(back.promptTokensReused()).isEqualTo(192);
      assertThat(back.ids()).isEqualTo(alone.ids());

      prefixes.evict(16);
      isDone.set(false);
      Generation last = scheduler.submit(asked, text -> {});
      scheduler.runToEnd(); // there is nothing else to do, so it waits
      assertThat(last.promptTokensReused()).isEqualTo(192);
      assertThat(last.ids()).isEqualTo(alone.ids());

      prefixes.evict(16);
      scheduler.submit(asked, text -> {}).cancel();
      Generation left = scheduler.submit(asked, text -> {});
      scheduler.step();
      left.cancel();
      scheduler.runToEnd();
      assertThat(pool.usedBlocks()).as("nothing is held").isEqualTo(prefixes.reclaimableBlocks());
      assertThat(store.pending()).isZero();
    }
  }
}
