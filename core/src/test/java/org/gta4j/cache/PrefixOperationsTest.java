package org.gta4j.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gta4j.cache.FilledCaches.LAYOUT;
import static org.gta4j.cache.FilledCaches.blocks;
import static org.gta4j.cache.FilledCaches.check;
import static org.gta4j.cache.FilledCaches.fill;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Texts that come and go in any order: all is as with a plain map of beginnings. */
class PrefixOperationsTest {
  private static final int STEPS = 600;

  /** A text and what is computed of it. */
  private static final class Live {
    private final String flavour;
    private final SequenceCache cache;
    private int[] ids;

    private Live(String flavour, int[] ids, SequenceCache cache) {
      this.flavour = flavour;
      this.ids = ids;
      this.cache = cache;
    }
  }

  static IntStream seeds() {
    return IntStream.range(0, 24);
  }

  private final List<Live> live = new ArrayList<>();

  private Set<Integer> inUse() {
    Set<Integer> held = new HashSet<>();
    for (Live text : live) {
      Arrays.stream(blocks(text.cache)).forEach(held::add);
    }
    return held;
  }

  /** A text of few different blocks, so that many begin alike. */
  private static int[] random(SplittableRandom random, int[] begin, int length) {
    int[] ids = Arrays.copyOf(begin, length);
    int choice = 0;
    for (int i = begin.length; i < length; i++) {
      if (i == begin.length || i % 32 == 0) {
        choice = random.nextInt(3);
      }
      ids[i] = choice * 100 + i % 32;
    }
    return ids;
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void allIsAsWithAPlainMap(int seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int poolBlocks = 8 + random.nextInt(24);
    int storeBlocks = seed % 3 == 0 ? 0 : 1 + random.nextInt(24);
    MemoryStore store = new MemoryStore(storeBlocks);
    PrefixModel model = new PrefixModel(storeBlocks);
    try (BlockPool pool = new BlockPool(LAYOUT, poolBlocks)) {
      try (PrefixCache prefixes =
          storeBlocks == 0 ? new PrefixCache(pool) : new PrefixCache(pool, store)) {
        for (int step = 0; step < STEPS; step++) {
          step(random, pool, prefixes, model);
          assertThat(prefixes.heldBlocks()).isEqualTo(model.held());
          assertThat(prefixes.storedBlocks()).isEqualTo(model.stored()).isEqualTo(store.used());
          Set<Integer> used = inUse();
          assertThat(prefixes.reclaimableBlocks()).isEqualTo(model.reclaimable(used));
          used.addAll(model.blocks());
          assertThat(pool.usedBlocks()).isEqualTo(used.size());
          live.forEach(text -> check(text.flavour, text.ids, text.cache));
        }
        live.forEach(text -> text.cache.close());
        assertThat(pool.usedBlocks()).isEqualTo(prefixes.heldBlocks());
        assertThat(pool.idleBlocks()).isEqualTo(prefixes.heldBlocks());
      }
      assertThat(pool.usedBlocks()).isZero();
      assertThat(pool.idleBlocks()).isZero();
      assertThat(store.used()).isZero();
    }
  }

  private void step(
      SplittableRandom random, BlockPool pool, PrefixCache prefixes, PrefixModel model) {
    int operation = random.nextInt(12);
    if (live.isEmpty() || (operation <= 3 && live.size() < 6)) {
      begin(random, pool, prefixes, model);
      return;
    }
    Live text = live.get(random.nextInt(live.size()));
    switch (operation) {
      case 4, 5, 6 -> insert(random, prefixes, model, text);
      case 7 -> {
        int count = random.nextInt(6);
        Set<Integer> used = inUse();
        int reclaimable = prefixes.reclaimableBlocks();
        int freed = model.evict(count, used);
        assertThat(prefixes.evict(count)).isEqualTo(freed >= count).isEqualTo(reclaimable >= count);
      }
      case 8 -> {
        int kept = random.nextInt(text.cache.length() + 1);
        text.cache.truncate(kept);
        text.ids = random(random, Arrays.copyOf(text.ids, kept), kept + random.nextInt(40));
      }
      case 9 -> {
        int kept = random.nextInt(text.cache.length() + 1);
        int[] ids = random(random, Arrays.copyOf(text.ids, kept), kept + random.nextInt(70));
        live.add(new Live(text.flavour, ids, text.cache.fork(kept)));
        compute(prefixes, pool, model, live.getLast(), ids.length);
      }
      case 10 -> compute(prefixes, pool, model, text, text.ids.length);
      default -> {
        text.cache.close();
        live.remove(text);
      }
    }
  }

  private void begin(
      SplittableRandom random, BlockPool pool, PrefixCache prefixes, PrefixModel model) {
    String flavour = random.nextInt(4) == 0 ? "other" : "plain";
    int[] ids = random(random, new int[0], 1 + random.nextInt(200));
    int most = random.nextInt(3) == 0 ? random.nextInt(ids.length + 5) : ids.length - 1;
    int expected = model.matched(flavour, ids, most);
    assertThat(prefixes.matched(flavour, ids, most)).isEqualTo(expected);
    PrefixMatch seen = prefixes.look(flavour, ids, most);
    assertThat(seen.tokens()).isEqualTo(expected);
    int[] found = model.match(flavour, ids, most, inUse(), pool.availableBlocks());
    SequenceCache cache = prefixes.match(flavour, ids, most);
    assertThat(cache.length()).isEqualTo(found[0] * 32);
    assertThat(found[0] - found[1]).isEqualTo(seen.shared() + seen.idle());
    model.settle(flavour, ids, blocks(cache));
    check(flavour, ids, cache);
    live.add(new Live(flavour, ids, cache));
    compute(prefixes, pool, model, live.getLast(), ids.length - random.nextInt(2));
  }

  /** Computes a text as far as there is room, or can be made some. */
  private void compute(
      PrefixCache prefixes, BlockPool pool, PrefixModel model, Live text, int length) {
    if (length < text.cache.length()) {
      return;
    }
    int missing = text.cache.blocksNeeded(length - text.cache.length()) - pool.availableBlocks();
    if (missing > prefixes.reclaimableBlocks()) {
      return;
    }
    if (missing > 0) {
      model.evict(missing, inUse());
      assertThat(prefixes.evict(missing)).isTrue();
    }
    // Letting go of a block may make it one that need not be copied before it is written, never
    // one that has to be.
    fill(text.flavour, text.ids, text.cache, length);
  }

  private static void insert(
      SplittableRandom random, PrefixCache prefixes, PrefixModel model, Live text) {
    int most =
        random.nextInt(3) == 0 ? random.nextInt(text.cache.length() + 9) : text.cache.length();
    int count = Math.min(most, text.cache.length()) / 32;
    int[] expected = model.insert(text.flavour, text.ids, blocks(text.cache), count);
    prefixes.insert(text.flavour, text.ids, text.cache, most);
    assertThat(blocks(text.cache)).isEqualTo(expected);
  }
}
