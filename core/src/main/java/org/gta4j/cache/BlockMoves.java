package org.gta4j.cache;

import java.util.ArrayList;
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
  private final List<Going> going = new ArrayList<>();
  private final List<Coming> coming = new ArrayList<>();

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
    for (Going move : going) {
      boolean isWritten = move.transfer().isPresent() && move.transfer().get().finish();
      blocks.gone(move.node(), move.transfer().filter(t -> isWritten).map(Transfer::slot));
    }
    going.clear();
    for (Coming move : coming) {
      boolean isRead = move.transfer().finish();
      // What it was read for may be forgotten by now, and its slot another block's.
      boolean isWanted = move.node().isStored() && move.node().slot() == move.transfer().slot();
      blocks.came(move.node(), move.block(), isWanted, isRead);
    }
    coming.clear();
    return true;
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
      coming.add(new Coming(node, block, store.beginRead(node.slot(), pool.block(block))));
    }
    int missing = Math.min(most, away.size() - coming.size()) - pool.availableBlocks();
    for (PrefixNode node : blocks.sendAway(missing, before)) {
      going.add(new Going(node, blocks.beginPut(node)));
    }
    return !isEmpty();
  }
}
