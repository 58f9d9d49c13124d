package org.gta4j.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.gta4j.attention.AttentionShape;

/** Caches whose bytes tell which text they are of: each token's follow from all ids up to it. */
public final class FilledCaches {
  /** Two key numbers and a value number a token, in three layers. */
  public static final CacheLayout LAYOUT =
      new CacheLayout(AttentionShape.of(1, 1, 2, 1, 1), 3, CacheType.F32);

  private static final int WORDS = Math.toIntExact(LAYOUT.blockBytes() / 32 / Integer.BYTES);

  private FilledCaches() {}

  /** A text of blocks: each number becomes a block of ids that have it in them. */
  public static int[] text(int... blocks) {
    int[] ids = new int[blocks.length * 32];
    Arrays.setAll(ids, i -> blocks[i / 32] * 100 + i % 32);
    return ids;
  }

  /** Computes a text's tokens up to a length, as a model would. */
  public static void fill(Object flavour, int[] ids, SequenceCache cache, int length) {
    assertThat(cache.reserve(length - cache.length())).as("room").isTrue();
    int hash = flavour.hashCode();
    for (int i = 0; i < length; i++) {
      hash = next(hash, ids[i]);
      if (i >= cache.length()) {
        MemorySegment block = cache.pool().block(cache.block(i / 32));
        for (int word = 0; word < WORDS; word++) {
          block.set(ValueLayout.JAVA_INT, at(i, word), hash + word);
        }
      }
    }
    cache.advance(length - cache.length());
  }

  /** A text that is computed whole. */
  public static SequenceCache filled(BlockPool pool, Object flavour, int... ids) {
    SequenceCache cache = new SequenceCache(pool);
    fill(flavour, ids, cache, ids.length);
    return cache;
  }

  /** Checks that a cache holds a text's beginning. */
  public static void check(Object flavour, int[] ids, SequenceCache cache) {
    int hash = flavour.hashCode();
    for (int i = 0; i < cache.length(); i++) {
      hash = next(hash, ids[i]);
      MemorySegment block = cache.pool().block(cache.block(i / 32));
      for (int word = 0; word < WORDS; word++) {
        if (block.get(ValueLayout.JAVA_INT, at(i, word)) != hash + word) {
          assertThat(block.get(ValueLayout.JAVA_INT, at(i, word)))
              .as("token %d, word %d", i, word)
              .isEqualTo(hash + word);
        }
      }
    }
  }

  /** The pool's numbers of a cache's blocks. */
  public static int[] blocks(SequenceCache cache) {
    int[] blocks = new int[cache.blockCount()];
    Arrays.setAll(blocks, cache::block);
    return blocks;
  }

  private static int next(int hash, int id) {
    return (hash ^ id) * 0x9E3779B1 + 7;
  }

  private static long at(int token, int word) {
    return ((long) word * 32 + token % 32) * Integer.BYTES;
  }
}
