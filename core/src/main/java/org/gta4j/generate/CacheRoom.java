package org.gta4j.generate;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.gta4j.cache.BlockPool;
import org.gta4j.cache.CacheLayout;
import org.gta4j.cache.PrefixCache;
import org.gta4j.cache.SequenceCache;
import org.gta4j.cache.disk.SavedSequence;
import org.gta4j.checkpoint.ModelFingerprint;

/**
 * The blocks that texts can have: those that are free, and those that only hold beginnings of texts
 * which may come again, and are let go of where somebody needs them.
 */
final class CacheRoom {
  /** All lengths of text are turned alike where texts share anything. */
  private static final String ANY_LENGTH = "any length";

  private final BlockPool pool;
  private final Optional<PrefixCache> prefixes;

  CacheRoom(BlockPool pool, Optional<PrefixCache> prefixes) {
    this.pool = pool;
    this.prefixes = prefixes;
  }

  /** How many blocks a text could get. */
  int available() {
    return pool.availableBlocks() + (prefixes.isPresent() ? prefixes.get().reclaimableBlocks() : 0);
  }

  /** Whether a text's beginning may be others': not where its logits are wanted. */
  boolean looksUp(Generation text) {
    return prefixes.isPresent() && !text.request().scoresPrompt();
  }

  /** How many blocks there are at all. */
  int most() {
    return pool.maxBlocks();
  }

  /**
   * Makes so many blocks free.
   *
   * @return whether there are as many now
   */
  boolean free(int blocks) {
    int missing = blocks - pool.availableBlocks();
    return missing <= 0 || (prefixes.isPresent() && prefixes.get().evict(missing));
  }

  /**
   * Has what is known of a text brought to memory, without waiting for it.
   *
   * @return whether all that can be had is there
   */
  boolean fetch(Generation text) {
    return !looksUp(text) || sharing().fetch(ANY_LENGTH, text.sequence(), text.length() - 1);
  }

  /** Takes note of what came; whether nothing is on its way to memory or from it. */
  boolean settle() {
    return prefixes.isEmpty() || prefixes.get().settle();
  }

  /** Waits for what is on its way. */
  void awaitMoves() {
    prefixes.ifPresent(PrefixCache::awaitMoves);
  }

  /** A cache that begins with what is known of these ids, all but the last at most. */
  SequenceCache begin(Generation text) {
    return looksUp(text)
        ? sharing().match(ANY_LENGTH, text.sequence(), text.length() - 1)
        : new SequenceCache(pool);
  }

  /** How many tokens of a text are known. */
  int known(Generation text) {
    return looksUp(text) ? sharing().matched(ANY_LENGTH, text.sequence(), text.length() - 1) : 0;
  }

  /** How many blocks a text would share with others that are computed now. */
  int shared(Generation text) {
    return looksUp(text)
        ? sharing().look(ANY_LENGTH, text.sequence(), text.length() - 1).shared()
        : 0;
  }

  /** Remembers what is cached of a text, for those that begin alike. */
  void remember(Generation text) {
    if (prefixes.isPresent() && text.ownsCache()) {
      prefixes.get().insert(ANY_LENGTH, text.sequence(), text.cache());
    }
  }

  /** Writes what is cached of a text to a file; see {@link Engine#save}. */
  int save(int[] ids, Path file, ModelFingerprint model) {
    try (SequenceCache found = sharing().match(ANY_LENGTH, ids, ids.length)) {
      int tokens = found.length();
      if (tokens == 0) {
        throw new IllegalArgumentException(
            "expected a text of which something is cached, found none of the first %d tokens"
                .formatted(CacheLayout.BLOCK_TOKENS));
      }
      SavedSequence.write(file, model, ANY_LENGTH, Arrays.copyOf(ids, tokens), found);
      return tokens;
    }
  }

  /** Reads what was written; see {@link Engine#restore}. */
  int restore(Path file, ModelFingerprint model) {
    PrefixCache sharing = sharing();
    int blocks = SavedSequence.blocks(file, model, pool.layout());
    if (!free(blocks)) {
      throw new IllegalArgumentException(
          "the cache has room for %d blocks now, %s has %d"
              .formatted(pool.availableBlocks(), file, blocks));
    }
    SavedSequence saved = SavedSequence.read(file, model, pool);
    try (SequenceCache cache = saved.cache()) {
      sharing.insert(ANY_LENGTH, saved.ids(), cache);
      return cache.length();
    }
  }

  private PrefixCache sharing() {
    return prefixes.orElseThrow(() ->
        new IllegalArgumentException(
            "texts share no beginnings here: their keys depend on the texts' lengths, or it was not"
                + " asked for"));
  }

  /**
   * How many of {@code wanted} tokens can be written with no more than {@code blocks} new blocks.
   */
  static int fitting(SequenceCache cache, int wanted, int blocks) {
    if (cache.blocksNeeded(wanted) <= blocks) {
      return wanted;
    }
    // Within a block that others hold too, the first block is for a copy of it.
    boolean isAtBorder = cache.length() % CacheLayout.BLOCK_TOKENS == 0;
    int copied = isAtBorder ? 0 : cache.blocksNeeded(1);
    long room =
        (long) (cache.blockCount() + blocks - copied) * CacheLayout.BLOCK_TOKENS - cache.length();
    return Math.clamp(room, 0, wanted);
  }
}
