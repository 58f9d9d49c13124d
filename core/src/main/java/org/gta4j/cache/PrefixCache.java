package org.gta4j.cache;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Keys and values of texts that are finished or under way, for other texts that begin alike: a
 * system's prompt, a document that is asked about again, a conversation's turns before this one.
 * What is shared are whole blocks of {@value CacheLayout#BLOCK_TOKENS} tokens.
 *
 * <p>A tree for each flavour, whose nodes are blocks: a node's text is its parents' and its own. It
 * never takes memory by itself. It holds blocks of sequences once more, so that they stay when
 * those are gone, and lets go of the least recently used ones when the scheduler asks for room; of
 * a text the end goes first. Blocks that go are put into a {@link BlockStore}, if there is one, and
 * are found there as well, until that is full and has later ones to take.
 *
 * <p>A flavour is whatever keys and values depend on besides the ids before them: where frequencies
 * depend on the length of the text (dynamic NTK scaling, LongRoPE), which those were. Only what was
 * inserted with an equal flavour is matched.
 *
 * <p>Not thread-safe, as its pool: it belongs to the scheduler's thread. A pool has one at most.
 */
public final class PrefixCache implements AutoCloseable {
  private static final int TOKENS = CacheLayout.BLOCK_TOKENS;

  private final BlockPool pool;
  private final PrefixBlocks blocks;
  private long matches;
  private long askedTokens;
  private long matchedTokens;

  /** An empty one that forgets what the pool has no room for. */
  public PrefixCache(BlockPool pool) {
    this(pool, BlockStore.NONE);
  }

  /**
   * An empty one.
   *
   * @param pool what its blocks are of
   * @param store where blocks go that the pool has no room for; closed with this
   */
  public PrefixCache(BlockPool pool, BlockStore store) {
    this.pool = pool;
    blocks = new PrefixBlocks(pool, store);
  }

  /** How many tokens {@link #match} would find, if the pool has room for those in the store. */
  public int matched(Object flavour, int[] ids, int most) {
    return path(flavour, ids, most).size() * TOKENS;
  }

  /** Where what {@link #match} would find is. Changes nothing. */
  public PrefixMatch look(Object flavour, int[] ids, int most) {
    int shared = 0;
    int idle = 0;
    int away = 0;
    for (PrefixNode node : path(flavour, ids, most)) {
      if (!node.isResident()) {
        away++;
      } else if (pool.isShared(node.block())) {
        shared++;
      } else {
        idle++;
      }
    }
    return new PrefixMatch(shared, idle, away);
  }

  /**
   * A new sequence with what is cached of a text's beginning, in the same blocks, which count as
   * used just now. What is in the store comes back as far as the pool has room or can be given
   * some; what the store has lost is not found.
   *
   * @param flavour what its keys and values depend on besides the ids
   * @param ids the text
   * @param most how many of its tokens at most; so that there are logits it has to be less than all
   * @return whole blocks of tokens, perhaps none; the caller closes it
   */
  public SequenceCache match(Object flavour, int[] ids, int most) {
    List<PrefixNode> path = path(flavour, ids, most);
    blocks.touch(path);
    SequenceCache found = new SequenceCache(pool);
    try {
      int at = 0;
      while (at < path.size() && path.get(at).isResident()) {
        found.append(path.get(at++).block());
      }
      restore(path.subList(at, path.size()), found);
    } catch (RuntimeException | Error e) {
      found.close();
      throw e;
    }
    matches++;
    askedTokens += ids.length;
    matchedTokens += found.length();
    return found;
  }

  /**
   * Has what {@link #match} would find in the store brought back, and others put away for it,
   * without waiting: part by part, to be asked again before each of the caller's steps.
   *
   * @return whether all that can be had is there
   */
  public boolean fetch(Object flavour, int[] ids, int most) {
    if (!settle()) {
      return false;
    }
    List<PrefixNode> path = path(flavour, ids, most);
    List<PrefixNode> away = new ArrayList<>(path);
    away.removeIf(PrefixNode::isResident);
    return away.isEmpty()
        || !blocks.store().isOpen()
        || !blocks.moves().begin(away, blocks.touch(path));
  }

  /**
   * Takes note of what was brought back or put away meanwhile.
   *
   * @return whether nothing is on its way
   */
  public boolean settle() {
    return blocks.moves().settle(false);
  }

  /** Waits for what is on its way. */
  public void awaitMoves() {
    blocks.moves().settle(true);
  }

  /** What is known of a text's beginning, block by block. */
  private List<PrefixNode> path(Object flavour, int[] ids, int most) {
    List<PrefixNode> path = new ArrayList<>();
    Optional<PrefixNode> node = Optional.ofNullable(blocks.roots.get(flavour));
    int end = Math.min(most, ids.length);
    for (int at = 0; node.isPresent() && at + TOKENS <= end; at += TOKENS) {
      node = node.get().child(new TokenRun(ids, at));
      node.ifPresent(path::add);
    }
    return path;
  }

  /** Brings back what follows a sequence's blocks, as much as there is room for. */
  private void restore(List<PrefixNode> away, SequenceCache found) {
    int missing = away.size() - pool.availableBlocks();
    if (missing > 0) {
      evict(Math.min(missing, pool.idleBlocks()));
    }
    for (PrefixNode node : away) {
      // Making room may have cost the store's eldest, which may be of this very text.
      if (!node.isStored() || !node.parent().isResident() || pool.availableBlocks() == 0) {
        return;
      }
      if (!blocks.read(node)) {
        return;
      }
      found.append(node.block());
    }
  }

  /**
   * Keeps a text's whole blocks for texts to come. Where a block of the same text is kept already,
   * that one stays and the sequence gets it too, in place of its own: so those who read a prompt
   * beside each other end with one copy of it.
   *
   * @param flavour what its keys and values depend on besides the ids
   * @param ids the text; there may be more behind what is cached of it
   * @param cache its keys and values, in this pool
   * @throws IllegalArgumentException if the cache is another pool's, holds more tokens than there
   *     are ids, or a block that is kept for another text
   */
  public void insert(Object flavour, int[] ids, SequenceCache cache) {
    insert(flavour, ids, cache, cache.length());
  }

  /** The same of the first {@code most} tokens: those that are of this flavour, say. */
  public void insert(Object flavour, int[] ids, SequenceCache cache, int most) {
    if (cache.pool() != pool || cache.length() > ids.length) {
      throw new IllegalArgumentException(
          "expected at most the text's %d tokens in this pool, found %d in %s"
              .formatted(ids.length, cache.length(), cache.pool() == pool ? "it" : "another"));
    }
    int count = Math.clamp(most, 0, cache.length()) / TOKENS;
    List<PrefixNode> path = path(flavour, ids, count * TOKENS);
    for (int i = 0; i < count; i++) {
      boolean adopts = i >= path.size() || !path.get(i).isResident();
      if (adopts && pool.isKept(cache.block(i))) {
        throw new IllegalArgumentException(
            "tokens from %d on are kept for another text or flavour".formatted(i * TOKENS));
      }
    }
    if (count > 0) {
      PrefixNode last =
          path.isEmpty()
              ? blocks.roots.computeIfAbsent(flavour, key -> PrefixNode.root())
              : path.getLast();
      while (path.size() < count) {
        last = last.grow(new TokenRun(ids, path.size() * TOKENS));
        path.add(last);
      }
    }
    blocks.touch(path);
    for (int i = 0; i < count; i++) {
      PrefixNode node = path.get(i);
      if (!node.isResident()) {
        blocks.settle(node, cache.block(i));
      } else if (node.block() != cache.block(i)) {
        cache.replace(i, node.block());
      }
    }
  }

  /**
   * Gives the pool at least so many blocks back, the least recently used first. Blocks that
   * sequences hold are never freed; they count for nothing here.
   *
   * @return whether there were as many: always where they are no more than {@link
   *     #reclaimableBlocks}. If not, all that were there are free now
   */
  public boolean evict(int count) {
    return blocks.evict(count);
  }

  /** How many of the pool's blocks it holds. */
  public int heldBlocks() {
    return blocks.resident();
  }

  /** How many of those it alone holds: {@link #evict} can free so many. */
  public int reclaimableBlocks() {
    return pool.idleBlocks();
  }

  /** How many blocks are in the store; some may be in the pool as well. */
  public int storedBlocks() {
    return blocks.stored();
  }

  /** What came of it so far. */
  public PrefixCounts counts() {
    return new PrefixCounts(
        matches, askedTokens, matchedTokens, blocks.restored(), blocks.evicted());
  }

  /** What went to the store and came from it so far. */
  public StoreTraffic traffic() {
    return blocks.store().traffic();
  }

  /** Forgets everything; sequences keep what they hold. */
  public void clear() {
    blocks.clear();
  }

  /** Forgets everything, and closes the store. */
  @Override
  public void close() {
    clear();
    blocks.store().close();
  }
}
