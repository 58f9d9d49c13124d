package org.gta4j.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.gta4j.cache.FilledCaches.LAYOUT;
import static org.gta4j.cache.FilledCaches.check;
import static org.gta4j.cache.FilledCaches.fill;
import static org.gta4j.cache.FilledCaches.filled;
import static org.gta4j.cache.FilledCaches.text;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Blocks move while texts come and go: every text has what belongs to it. */
class BlockMovesTest {
  private static final String PLAIN = "plain";

  /** A text that is computed, and what there is of it. */
  private record Live(int[] ids, SequenceCache cache) {}

  @Test
  void aTextMovesWithoutAnybodyWaiting() {
    AtomicBoolean isDone = new AtomicBoolean();
    SlowStore store = new SlowStore(16, isDone::get);
    int[] first = text(1, 2, 3, 4);
    int[] second = text(5, 6, 7);
    try (BlockPool pool = new BlockPool(LAYOUT, 5);
        PrefixCache prefixes = new PrefixCache(pool, store)) {
      try (SequenceCache cache = filled(pool, PLAIN, first)) {
        prefixes.insert(PLAIN, first, cache);
      }
      prefixes.evict(4);
      try (SequenceCache cache = filled(pool, PLAIN, second)) {
        prefixes.insert(PLAIN, second, cache);
      }
      assertThat(prefixes.fetch(PLAIN, first, first.length)).isFalse();
      assertThat(store.pending()).as("two come, and two go for the others").isEqualTo(4);
      assertThat(prefixes.fetch(PLAIN, first, first.length)).isFalse();
      assertThat(prefixes.look(PLAIN, second, second.length)).isEqualTo(new PrefixMatch(0, 3, 0));
      isDone.set(true);
      while (!prefixes.fetch(PLAIN, first, first.length)) {
        assertThat(store.pending()).isPositive();
      }
      assertThat(prefixes.look(PLAIN, first, first.length)).isEqualTo(new PrefixMatch(0, 4, 0));
      assertThat(prefixes.look(PLAIN, second, second.length)).isEqualTo(new PrefixMatch(0, 1, 2));
      try (SequenceCache cache = prefixes.match(PLAIN, first, first.length)) {
        assertThat(cache.length()).isEqualTo(first.length);
        check(PLAIN, first, cache);
      }
      isDone.set(false);
      assertThat(prefixes.fetch(PLAIN, second, second.length)).isFalse();
      assertThat(prefixes.evict(5)).as("who needs room waits for what moves").isTrue();
      assertThat(store.pending()).isZero();
      assertThat(pool.usedBlocks()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatNeverShouldHappenLosesNoBlock(boolean atTheBegin) {
    SlowStore store = new SlowStore(16, () -> false);
    int[] first = text(1, 2, 3, 4);
    int[] second = text(5, 6, 7);
    try (BlockPool pool = new BlockPool(LAYOUT, 5)) {
      try (PrefixCache prefixes = new PrefixCache(pool, store)) {
        try (SequenceCache cache = filled(pool, PLAIN, first)) {
          prefixes.insert(PLAIN, first, cache);
        }
        prefixes.evict(4);
        try (SequenceCache cache = filled(pool, PLAIN, second)) {
          prefixes.insert(PLAIN, second, cache);
        }
        if (atTheBegin) {
          store.fail(true, false);
          assertThatIllegalStateException()
              .isThrownBy(() -> prefixes.fetch(PLAIN, first, first.length));
          assertThat(pool.usedBlocks()).isEqualTo(3);
          // Nothing has room to come now, and what should go for it stays.
          try (SequenceCache cache = filled(pool, PLAIN, text(8, 9))) {
            assertThatIllegalStateException()
                .isThrownBy(() -> prefixes.fetch(PLAIN, first, first.length));
            assertThat(prefixes.settle()).as("nothing is on its way").isTrue();
            check(PLAIN, text(8, 9), cache);
          }
          store.fail(false, false);
        } else {
          assertThat(prefixes.fetch(PLAIN, first, first.length)).isFalse();
          assertThat(store.pending()).isEqualTo(4);
          store.fail(false, true);
          prefixes.awaitMoves();
          assertThat(store.pending()).as("all have ended").isZero();
          assertThat(store.isOpen()).isFalse();
          assertThat(prefixes.storedBlocks()).isZero();
          prefixes.awaitMoves();
        }
        assertThat(pool.usedBlocks()).isEqualTo(prefixes.heldBlocks());
        assertThat(prefixes.evict(pool.usedBlocks())).isTrue();
        assertThat(pool.usedBlocks()).isZero();
      }
      assertThat(pool.usedBlocks()).isZero();
    }
  }

  static IntStream seeds() {
    return IntStream.range(0, 40);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void textsHaveWhatBelongsToThem(int seed) {
    SplittableRandom random = new SplittableRandom(seed);
    SlowStore store = new SlowStore(1 + random.nextInt(24), () -> random.nextInt(3) == 0);
    List<Live> live = new ArrayList<>();
    int fetched = 0;
    try (BlockPool pool = new BlockPool(LAYOUT, 6 + random.nextInt(12))) {
      try (PrefixCache prefixes = new PrefixCache(pool, store)) {
        for (int step = 0; step < 800; step++) {
          switch (random.nextInt(8)) {
            case 0, 1, 2, 3 -> {
              int[] ids = text(random.ints(1 + random.nextInt(5), 1, 4).toArray());
              if (live.size() < 3 && prefixes.fetch(PLAIN, ids, ids.length - 1)) {
                SequenceCache cache = prefixes.match(PLAIN, ids, ids.length - 1);
                live.add(new Live(ids, cache));
                fetched++;
                int missing =
                    cache.blocksNeeded(ids.length - cache.length()) - pool.availableBlocks();
                if (missing <= 0 || prefixes.evict(missing)) {
                  fill(PLAIN, ids, cache, ids.length);
                  prefixes.insert(PLAIN, ids, cache);
                }
              }
            }
            case 4 -> prefixes.evict(random.nextInt(5));
            case 5 -> prefixes.settle();
            case 6 -> {
              if (random.nextInt(9) == 0) {
                prefixes.awaitMoves();
              }
            }
            default -> {
              if (!live.isEmpty()) {
                live.remove(random.nextInt(live.size())).cache().close();
              }
            }
          }
          live.forEach(text -> check(PLAIN, text.ids(), text.cache()));
          assertThat(prefixes.storedBlocks()).isLessThanOrEqualTo(store.used());
        }
        assertThat(fetched).isGreaterThan(20);
        prefixes.awaitMoves();
        live.forEach(text -> text.cache().close());
        assertThat(store.used()).isEqualTo(prefixes.storedBlocks());
        assertThat(pool.usedBlocks()).isEqualTo(prefixes.heldBlocks());
        assertThat(pool.idleBlocks()).isEqualTo(prefixes.heldBlocks());
      }
      assertThat(pool.usedBlocks()).isZero();
      assertThat(store.used()).isZero();
    }
  }
}
