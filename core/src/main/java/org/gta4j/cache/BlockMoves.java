package org.gta4j.cache;

import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * Blocks of a {@link PrefixCache} that are on their way to its store or from it, while its owner
 * does something else. A block that goes stays in the pool until it is written whole; a block that
 * comes is nobody's until it is read whole.
 *
 * <p>Not thread-safe, as the cache.
 */
final class BlockMoves {
  private static final System.Logger LOG = System.getLogger(BlockMoves.class.getName());

  /** So much moves at once: some tens of milliseconds of a slow disk. */
  private static final long MOST_BYTES = 64L << 20;

  /**
   * Goes.
   *
   * @param transfer empty where it is in the store already, or cannot be
   */
  private record Going(PrefixNode node, Optional<Transfer> transfer) {}

  private record Coming(PrefixNode node, int block, Transfer transfer) {}

  private final PrefixBlocks blocks;
  private final BlockPool pool;
  private final BlockStore store;
  private final int most;
  private final Deque<Going> going = new ArrayDeque<>();
  private final Deque<Coming> coming = new ArrayDeque<>();

  BlockMoves(PrefixBlocks blocks, BlockPool pool, BlockStore store) {
    this.blocks = blocks;
    this.pool = pool;
    this.store = store;
    most = (int) Math.max(1, MOST_BYTES / pool.layout().blockBytes());
  }

  /** Whether nothing is on its way. */
  boolean isEmpty() {
    return going.isEmpty() && coming.isEmpty();
  }

  private boolean isDone() {
    return going.stream().allMatch(move -> move.transfer().map(Transfer::isDone).orElse(true))
        && coming.stream().allMatch(move -> move.transfer().isDone());
  }

  /**
   * Takes note of what has arrived.
   *
   * @param waits whether to wait for the rest
   * @return whether nothing is on its way any more
   */
  boolean settle(boolean waits) {
    if (isEmpty()) {
      return true;
    }
    if (!waits && !isDone()) {
      return false;
    }
    // Each is taken off before it ends: whatever happens, no block is let go of twice.
    while (!going.isEmpty()) {
      Going move = going.removeFirst();
      boolean isWritten = move.transfer().isPresent() && finish(move.transfer().get());
      blocks.gone(move.node(), move.transfer().filter(t -> isWritten).map(Transfer::slot));
    }
    while (!coming.isEmpty()) {
      Coming move = coming.removeFirst();
      boolean isRead = finish(move.transfer());
      // What it was read for may be forgotten by now, and its slot another block's.
      boolean isWanted = move.node().isStored() && move.node().slot() == move.transfer().slot();
      blocks.came(move.node(), move.block(), isWanted, isRead);
    }
    return true;
  }

  /** Whether a block has moved; where even that cannot be told, the store is used no more. */
  private boolean finish(Transfer transfer) {
    try {
      return transfer.finish();
    } catch (RuntimeException | Error e) {
      LOG.log(Level.WARNING, "a block of the cache could not be moved; its store is closed", e);
      store.close();
      return false;
    }
  }

  /**
   * Sets some blocks of a text on their way from the store, and others to it to make room.
   *
   * @param away the text's blocks that are in the store alone
   * @param before only what was used before this makes room
   * @return whether anything is on its way
   */
  boolean begin(List<PrefixNode> away, long before) {
    int wanted = Math.min(most, away.size());
    for (int i = 0; i < wanted && pool.availableBlocks() > 0; i++) {
      PrefixNode node = away.get(i);
      int block = pool.acquire();
      try {
        coming.add(new Coming(node, block, store.beginRead(node.slot(), pool.block(block))));
      } catch (RuntimeException | Error e) {
        pool.release(block);
        throw e;
      }
    }
    int missing = Math.min(most, away.size() - coming.size()) - pool.availableBlocks();
    List<PrefixNode> leaving = blocks.sendAway(missing, before);
    int begun = 0;
    try {
      for (; begun < leaving.size(); begun++) {
        PrefixNode node = leaving.get(begun);
        going.add(new Going(node, blocks.beginPut(node)));
      }
    } finally {
      leaving.subList(begun, leaving.size()).forEach(node -> node.going(false)); // they stay
    }
    return !isEmpty();
  }
}
