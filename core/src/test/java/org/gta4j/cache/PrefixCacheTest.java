package org.gta4j.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.gta4j.cache.FilledCaches.LAYOUT;
import static org.gta4j.cache.FilledCaches.blocks;
import static org.gta4j.cache.FilledCaches.check;
import static org.gta4j.cache.FilledCaches.fill;
import static org.gta4j.cache.FilledCaches.filled;
import static org.gta4j.cache.FilledCaches.text;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** What is found again of texts that begin alike, and what goes when there is no room. */
class PrefixCacheTest {
  private static final String PLAIN = "plain";

  private static void keep(PrefixCache prefixes, BlockPool pool, int... ids) {
    try (SequenceCache cache = filled(pool, PLAIN, ids)) {
      prefixes.insert(PLAIN, ids, cache);
    }
  }

  private static int matched(PrefixCache prefixes, int... ids) {
    return prefixes.matched(PLAIN, ids, ids.length);
  }

  @Test
  void whatATextBeginsWithIsFoundInWholeBlocks() {
    try (BlockPool pool = new BlockPool(LAYOUT, 20);
        PrefixCache prefixes = new PrefixCache(pool)) {
      int[] ids = Arrays.copyOf(text(1, 2, 3, 4), 120);
      keep(prefixes, pool, ids);
      assertThat(pool.usedBlocks()).as("three whole ones").isEqualTo(3);
      assertThat(prefixes.heldBlocks()).isEqualTo(3);
      assertThat(prefixes.reclaimableBlocks()).isEqualTo(3);
      assertThat(matched(prefixes, text(1, 2, 3, 4))).isEqualTo(96);
      assertThat(matched(prefixes, text(1, 2, 5, 4))).isEqualTo(64);
      assertThat(matched(prefixes, text(2, 3))).isZero();
      assertThat(matched(prefixes, Arrays.copyOf(ids, 63))).isEqualTo(32);
      assertThat(prefixes.matched(PLAIN, ids, 95)).isEqualTo(64);
      assertThat(prefixes.matched(PLAIN, ids, -1)).isZero();
      assertThat(prefixes.matched("other", ids, 120)).isZero();

      int[] other = text(1, 2, 9);
      try (SequenceCache found = prefixes.match(PLAIN, other, other.length - 1)) {
        assertThat(found.length()).isEqualTo(64);
        assertThat(pool.usedBlocks()).as("nothing is copied").isEqualTo(3);
        assertThat(prefixes.reclaimableBlocks()).isEqualTo(1);
        assertThat(prefixes.look(PLAIN, ids, 120)).isEqualTo(new PrefixMatch(2, 1, 0));
        check(PLAIN, other, found);
        fill(PLAIN, other, found, 70);
        assertThat(pool.usedBlocks()).isEqualTo(4);
        check(PLAIN, other, found);
      }
      assertThat(prefixes.counts()).isEqualTo(new PrefixCounts(1, 96, 64, 0, 0));
      try (SequenceCache found = prefixes.match(PLAIN, ids, 119)) {
        check(PLAIN, ids, found);
      }
      assertThat(prefixes.reclaimableBlocks()).isEqualTo(3);
      prefixes.clear();
      assertThat(pool.usedBlocks()).isZero();
      assertThat(pool.idleBlocks()).isZero();
    }
  }

  @Test
  void aTextThatGoesOnKeepsWhatItHadAndAddsTheRest() {
    try (BlockPool pool = new BlockPool(LAYOUT, 20);
        PrefixCache prefixes = new PrefixCache(pool)) {
      keep(prefixes, pool, text(1, 2));
      int[] longer = text(1, 2, 3, 4);
      try (SequenceCache cache = prefixes.match(PLAIN, longer, 127)) {
        assertThat(cache.length()).isEqualTo(64);
        fill(PLAIN, longer, cache, 128);
        prefixes.insert(PLAIN, longer, cache, 100);
        assertThat(matched(prefixes, longer)).as("of the first 100 tokens").isEqualTo(96);
        prefixes.insert(PLAIN, longer, cache);
      }
      assertThat(matched(prefixes, longer)).isEqualTo(128);
      assertThat(pool.usedBlocks()).isEqualTo(4);
    }
  }

  @Test
  void whoReadsWhatIsKeptAlreadyEndsWithTheBlocksThatAre() {
    try (BlockPool pool = new BlockPool(LAYOUT, 20);
        PrefixCache prefixes = new PrefixCache(pool)) {
      int[] first = text(1, 2, 3);
      int[] second = Arrays.copyOf(text(1, 2, 4, 5), 100);
      try (SequenceCache one = filled(pool, PLAIN, first);
          SequenceCache two = filled(pool, PLAIN, second)) {
        assertThat(pool.usedBlocks()).isEqualTo(7);
        prefixes.insert(PLAIN, first, one);
        prefixes.insert(PLAIN, second, two);
        assertThat(pool.usedBlocks()).as("two that both had").isEqualTo(5);
        assertThat(blocks(two)).startsWith(one.block(0), one.block(1));
        assertThat(two.length()).isEqualTo(100);
        check(PLAIN, second, two);
        fill(PLAIN, Arrays.copyOf(second, 110), two, 110);
        check(PLAIN, first, one);
        assertThat(prefixes.reclaimableBlocks()).isZero();
        assertThat(prefixes.evict(1)).isFalse();
        assertThat(prefixes.heldBlocks()).as("nothing was there to let go of").isEqualTo(4);
      }
      assertThat(prefixes.reclaimableBlocks()).isEqualTo(4);
    }
  }

  @Test
  void endsOfTextsThatWereNotUsedForLongestGoFirst() {
    try (BlockPool pool = new BlockPool(LAYOUT, 20);
        PrefixCache prefixes = new PrefixCache(pool)) {
      keep(prefixes, pool, text(1, 2, 3));
      keep(prefixes, pool, text(1, 4));
      keep(prefixes, pool, text(5, 6));
      prefixes.match(PLAIN, text(1, 2), 64).close();
      assertThat(prefixes.evict(1)).isTrue();
      assertThat(matched(prefixes, text(1, 2, 3))).as("its last block went").isEqualTo(64);
      assertThat(prefixes.evict(1)).isTrue();
      assertThat(matched(prefixes, text(1, 4))).isEqualTo(32);
      assertThat(prefixes.evict(2)).isTrue();
      assertThat(matched(prefixes, text(5, 6))).isZero();
      assertThat(prefixes.heldBlocks()).isEqualTo(2);
      assertThat(prefixes.evict(3)).as("two are there").isFalse();
      assertThat(pool.usedBlocks()).isZero();
      assertThat(prefixes.counts().evictedBlocks()).isEqualTo(6);
    }
  }

  @Test
  void lookingChangesNoOrder() {
    try (BlockPool pool = new BlockPool(LAYOUT, 20);
        PrefixCache prefixes = new PrefixCache(pool)) {
      keep(prefixes, pool, text(1));
      keep(prefixes, pool, text(2));
      assertThat(matched(prefixes, text(1))).isEqualTo(32);
      prefixes.look(PLAIN, text(1), 32);
      assertThat(prefixes.evict(1)).isTrue();
      assertThat(matched(prefixes, text(1))).isZero();
      assertThat(matched(prefixes, text(2))).isEqualTo(32);
    }
  }

  @Test
  void blocksThatSequencesHoldStay() {
    try (BlockPool pool = new BlockPool(LAYOUT, 20);
        PrefixCache prefixes = new PrefixCache(pool)) {
      keep(prefixes, pool, text(1, 2, 3));
      keep(prefixes, pool, text(4, 5));
      try (SequenceCache held = prefixes.match(PLAIN, text(1, 2), 64)) {
        assertThat(prefixes.evict(4)).as("three nobody holds").isFalse();
        assertThat(pool.usedBlocks()).isEqualTo(2);
        check(PLAIN, text(1, 2), held);
        assertThat(matched(prefixes, text(1, 2, 3))).as("still found").isEqualTo(64);
      }
      assertThat(prefixes.evict(2)).isTrue();
    }
  }

  /** A fork keeps its parent's blocks where the parent got others' in place of its own. */
  @Test
  void whatIsReclaimableCanBeReclaimedEvenBeforeABlockInUse() {
    try (BlockPool pool = new BlockPool(LAYOUT, 20);
        PrefixCache prefixes = new PrefixCache(pool)) {
      keep(prefixes, pool, text(1));
      int[] ids = text(1, 2);
      SequenceCache parent = filled(pool, PLAIN, ids);
      try (SequenceCache fork = parent.fork(64)) {
        prefixes.insert(PLAIN, ids, parent);
        parent.close();
        assertThat(prefixes.reclaimableBlocks()).as("the first, which the fork has not").isOne();
        assertThat(prefixes.evict(1)).isTrue();
        assertThat(prefixes.heldBlocks()).isZero();
        check(PLAIN, ids, fork);
        assertThat(pool.usedBlocks()).isEqualTo(2);
        prefixes.insert(PLAIN, ids, fork);
      }
      assertThat(matched(prefixes, ids)).isEqualTo(64);
    }
  }

  @Test
  void mistakesAreRefused() {
    try (BlockPool pool = new BlockPool(LAYOUT, 20);
        BlockPool other = new BlockPool(LAYOUT, 20);
        PrefixCache prefixes = new PrefixCache(pool);
        SequenceCache cache = filled(pool, PLAIN, text(1, 2));
        SequenceCache foreign = filled(other, PLAIN, text(1, 2))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> prefixes.insert(PLAIN, text(1, 2), foreign))
          .withMessageContaining("another");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> prefixes.insert(PLAIN, text(1), cache))
          .withMessage("expected at most the text's 32 tokens in this pool, found 64 in it");
      prefixes.insert(PLAIN, text(1, 2), cache);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> prefixes.insert("other", text(1, 2), cache))
          .withMessage("tokens from 0 on are kept for another text or flavour");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> prefixes.insert(PLAIN, text(1, 3), cache))
          .withMessage("tokens from 32 on are kept for another text or flavour");
      assertThat(prefixes.matched("other", text(1), 32)).isZero();
      assertThat(prefixes.heldBlocks()).isEqualTo(2);
      assertThatThrownBy(() -> pool.keep(cache.block(0))).isInstanceOf(IllegalStateException.class);
      fill(PLAIN, text(1, 2, 3), cache, 70);
      assertThatThrownBy(() -> cache.append(cache.block(0)))
          .isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void whatHasNoRoomIsFoundInTheStore() {
    MemoryStore store = new MemoryStore(10);
    try (BlockPool pool = new BlockPool(LAYOUT, 6)) {
      try (PrefixCache prefixes = new PrefixCache(pool, store)) {
        keep(prefixes, pool, text(1, 2, 3));
        keep(prefixes, pool, text(1, 2, 4));
        assertThat(prefixes.evict(4)).isTrue();
        assertThat(pool.usedBlocks()).isZero();
        assertThat(prefixes.storedBlocks()).isEqualTo(4);
        assertThat(prefixes.look(PLAIN, text(1, 2, 3), 96)).isEqualTo(new PrefixMatch(0, 0, 3));
        try (SequenceCache found = prefixes.match(PLAIN, text(1, 2, 3), 96)) {
          assertThat(found.length()).isEqualTo(96);
          check(PLAIN, text(1, 2, 3), found);
        }
        assertThat(prefixes.counts().restoredBlocks()).isEqualTo(3);
        assertThat(prefixes.storedBlocks()).as("copies stay").isEqualTo(4);
        assertThat(prefixes.evict(3)).isTrue();
        assertThat(store.used()).isEqualTo(4);
        keep(prefixes, pool, text(1, 2, 4));
        assertThat(prefixes.heldBlocks()).as("computed again, so it is there").isEqualTo(3);
        assertThat(matched(prefixes, text(1, 2, 3))).isEqualTo(96);
      }
      assertThat(pool.usedBlocks()).isZero();
      assertThat(store.isOpen()).isFalse();
    }
  }

  @Test
  void asMuchComesBackAsThereIsRoomFor() {
    try (BlockPool pool = new BlockPool(LAYOUT, 4);
        PrefixCache prefixes = new PrefixCache(pool, new MemoryStore(10))) {
      int[] ids = text(1, 2, 3, 4);
      keep(prefixes, pool, ids);
      assertThat(prefixes.evict(3)).isTrue();
      keep(prefixes, pool, text(5));
      try (SequenceCache busy = filled(pool, PLAIN, text(6))) {
        try (SequenceCache found = prefixes.match(PLAIN, ids, 128)) {
          assertThat(found.length()).as("one is held, one free, one can be freed").isEqualTo(96);
          check(PLAIN, ids, found);
        }
        check(PLAIN, text(6), busy);
      }
      try (SequenceCache found = prefixes.match(PLAIN, ids, 128)) {
        assertThat(found.length()).isEqualTo(128);
        check(PLAIN, ids, found);
      }
    }
  }

  @Test
  void aStoreThatIsFullLosesWhatWasNotUsedForLongest() {
    MemoryStore store = new MemoryStore(2);
    try (BlockPool pool = new BlockPool(LAYOUT, 8);
        PrefixCache prefixes = new PrefixCache(pool, store)) {
      keep(prefixes, pool, text(1, 2));
      keep(prefixes, pool, text(3));
      keep(prefixes, pool, text(4));
      prefixes.match(PLAIN, text(1, 2), 64).close();
      assertThat(prefixes.evict(2)).as("3 and 4").isTrue();
      prefixes.match(PLAIN, text(3), 32).close();
      assertThat(prefixes.evict(1)).as("2, which is newer than 4 in the store").isTrue();
      assertThat(store.used()).isEqualTo(2);
      assertThat(matched(prefixes, text(4))).isZero();
      assertThat(matched(prefixes, text(1, 2))).isEqualTo(64);
      assertThat(matched(prefixes, text(3))).isEqualTo(32);
      assertThat(prefixes.evict(2)).as("1, in place of 2, which is older; then 3").isTrue();
      assertThat(matched(prefixes, text(1, 2))).isEqualTo(32);
      assertThat(matched(prefixes, text(3))).isEqualTo(32);
    }
  }

  @Test
  void whatTheStoreHasLostIsAMiss() {
    MemoryStore store = new MemoryStore(10);
    try (BlockPool pool = new BlockPool(LAYOUT, 8);
        PrefixCache prefixes = new PrefixCache(pool, store)) {
      int[] ids = text(1, 2, 3);
      keep(prefixes, pool, ids);
      assertThat(prefixes.evict(2)).isTrue();
      store.setForgetful(true);
      try (SequenceCache found = prefixes.match(PLAIN, ids, 96)) {
        assertThat(found.length()).as("what is in memory").isEqualTo(32);
        check(PLAIN, ids, found);
        assertThat(pool.usedBlocks()).isEqualTo(1);
      }
      assertThat(store.used()).as("nothing can be found behind it").isZero();
      store.setForgetful(false);
      assertThat(matched(prefixes, ids)).isEqualTo(32);
      keep(prefixes, pool, ids);
      assertThat(prefixes.evict(3)).isTrue();
      assertThat(matched(prefixes, ids)).isEqualTo(96);
      store.close();
      try (SequenceCache found = prefixes.match(PLAIN, ids, 96)) {
        assertThat(found.length()).isZero();
      }
      assertThat(prefixes.storedBlocks()).isZero();
      keep(prefixes, pool, ids);
      assertThat(prefixes.evict(3)).as("as without a store").isTrue();
      assertThat(matched(prefixes, ids)).isZero();
    }
  }

  /** Ids of strangers, who know how hashes are made. */
  @Test
  void textsWhoseHashesAreTheSameAreFoundQuickly() {
    int count = 20_000;
    try (BlockPool pool = new BlockPool(LAYOUT, count);
        PrefixCache prefixes = new PrefixCache(pool)) {
      int[] ids = new int[32];
      for (int round = 0; round < 2; round++) {
        for (int i = 0; i < count; i++) {
          ids[0] = i;
          ids[1] = -31 * i;
          assertThat(new TokenRun(ids, 0).hashCode())
              .isEqualTo(new TokenRun(new int[32], 0).hashCode());
          assertThat(matched(prefixes, ids)).isEqualTo(32 * round);
          if (round == 0) {
            keep(prefixes, pool, ids);
          }
        }
      }
    }
  }

  @Test
  void aTextOfAnyLengthIsKeptAndForgotten() {
    int blocks = 5000;
    MemoryStore store = new MemoryStore(blocks);
    try (BlockPool pool = new BlockPool(LAYOUT, blocks);
        PrefixCache prefixes = new PrefixCache(pool, store)) {
      int[] ids = new int[blocks * 32];
      Arrays.setAll(ids, i -> i % 1000);
      keep(prefixes, pool, ids);
      assertThat(matched(prefixes, ids)).isEqualTo(ids.length);
      assertThat(prefixes.evict(blocks)).isTrue();
      store.setForgetful(true);
      prefixes.match(PLAIN, ids, ids.length).close();
      assertThat(matched(prefixes, ids)).isZero();
      assertThat(store.used()).isZero();
      assertThat(pool.usedBlocks()).isZero();
    }
  }
}
