package org.gta4j.cache;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Where the blocks of a {@link PrefixCache}'s trees are, in the pool or in a store, and which of
 * them go first.
 *
 * <p>Not thread-safe, as the cache.
 */
final class PrefixBlocks {
  private final BlockPool pool;
  private final BlockStore store;
  private final BlockMoves moves;

  /** The trees, by what their keys and values depend on besides the ids. */
  final Map<Object, PrefixNode> roots = new HashMap<>();

  // Parents are used more recently than their children, so both begin with leaves.
  private final TreeSet<PrefixNode> resident = new TreeSet<>(PrefixNode.ELDEST_FIRST);
  private final TreeSet<PrefixNode> stored = new TreeSet<>(PrefixNode.ELDEST_FIRST);
  private long clock;
  private long restored;
  private long evicted;

  PrefixBlocks(BlockPool pool, BlockStore store) {
    this.pool = pool;
    this.store = store;
    moves = new BlockMoves(this, pool, store);
  }

  BlockStore store() {
    return store;
  }

  BlockMoves moves() {
    return moves;
  }

  int resident() {
    return resident.size();
  }

  int stored() {
    return stored.size();
  }

  /** How many have come back from the store. */
  long restored() {
    return restored;
  }

  /** How many were let go of for others. */
  long evicted() {
    return evicted;
  }

  /**
   * Counts a path from a root as used just now.
   *
   * @return what was used before has a smaller number than this
   */
  long touch(List<PrefixNode> path) {
    clock += path.size();
    for (int depth = 0; depth < path.size(); depth++) {
      PrefixNode node = path.get(depth);
      boolean wasResident = resident.remove(node);
      boolean wasStored = stored.remove(node);
      node.used = clock - depth;
      if (wasResident) {
        resident.add(node);
      }
      if (wasStored) {
        stored.add(node);
      }
    }
    return clock - path.size() + 1;
  }

  /** A block is in the pool from now on. */
  void settle(PrefixNode node, int block) {
    pool.keep(block);
    node.settle(block);
    resident.add(node);
  }

  /**
   * Brings a block back.
   *
   * @return whether it is there; if not, it is nowhere
   */
  boolean read(PrefixNode node) {
    int block = pool.acquire();
    boolean isRead = false;
    try {
      isRead = store.read(node.slot(), pool.block(block));
      if (isRead) {
        settle(node, block);
        restored++;
      }
    } finally {
      pool.release(block);
    }
    if (!isRead) {
      forget(node);
      forgetLost();
    }
    return isRead;
  }

  /** A block's way from the store has ended. */
  void came(PrefixNode node, int block, boolean isWanted, boolean isRead) {
    if (isWanted && isRead && !node.isResident() && node.parent().isResident()) {
      settle(node, block);
      restored++;
    } else if (isWanted && !isRead) {
      forget(node);
    }
    pool.release(block);
    forgetLost();
  }

  /** Gives the pool blocks back; see {@link PrefixCache#evict}. */
  boolean evict(int blocks) {
    int freed = evict(blocks, false);
    if (freed < blocks && !moves.isEmpty()) {
      int before = pool.availableBlocks();
      moves.settle(true); // What is on its way to the store is counted as had already.
      freed += pool.availableBlocks() - before;
      freed += evict(blocks - freed, false);
    }
    if (freed < blocks) {
      // Who holds a block holds those before it, but for forks of a sequence that got others' in
      // place of its own. Then what is behind a block that nobody holds may be in use.
      freed += evict(blocks - freed, true);
    }
    return freed >= blocks;
  }

  private int evict(int blocks, boolean alsoInUse) {
    int freed = 0;
    Iterator<PrefixNode> eldest = resident.iterator();
    while (freed < blocks && pool.idleBlocks() > 0 && eldest.hasNext()) {
      PrefixNode node = eldest.next();
      boolean isIdle = !pool.isShared(node.block());
      if (!node.isGoing() && !node.hasResidentChildren() && (isIdle || alsoInUse)) {
        eldest.remove();
        if (isIdle) {
          freed++;
          evicted++;
          put(node);
        }
        leave(node);
      }
    }
    return freed;
  }

  /**
   * The least recently used blocks that nobody holds, which are going from now on.
   *
   * @param before only what was used before this
   */
  List<PrefixNode> sendAway(int count, long before) {
    List<PrefixNode> found = new ArrayList<>();
    for (PrefixNode node : resident) {
      if (found.size() >= count || node.used >= before) {
        break;
      }
      if (!node.isGoing() && !node.hasStayingChildren() && !pool.isShared(node.block())) {
        node.going(true);
        found.add(node);
      }
    }
    return found;
  }

  /** Begins to put a block into the store; empty where it is there, or cannot be. */
  Optional<Transfer> beginPut(PrefixNode node) {
    if (node.isStored()) {
      return Optional.empty();
    }
    makeRoomInStore(node);
    return store.isFull() ? Optional.empty() : store.beginWrite(pool.block(node.block()));
  }

  /**
   * A block's way to the store has ended, or it needed none: it is let go of if it still can be.
   *
   * @param slot where it was written to
   */
  void gone(PrefixNode node, Optional<Integer> slot) {
    node.going(false);
    if (slot.isPresent()) {
      node.store(slot.get());
      stored.add(node);
    }
    if (!node.hasResidentChildren() && !pool.isShared(node.block())) {
      resident.remove(node);
      evicted++;
      leave(node);
    }
    forgetLost();
  }

  /** Puts a block into the store, if that has room or something older. */
  private void put(PrefixNode node) {
    if (node.isStored()) {
      return; // It came from there.
    }
    makeRoomInStore(node);
    if (!store.isFull()) {
      store
          .write(pool.block(node.block()))
          .ifPresent(slot -> {
            node.store(slot);
            stored.add(node);
          });
      forgetLost();
    }
  }

  private void makeRoomInStore(PrefixNode node) {
    while (store.isFull() && !stored.isEmpty() && stored.first().used < node.used) {
      forget(stored.first());
    }
  }

  private void leave(PrefixNode node) {
    pool.letGo(node.block());
    node.leave();
    if (!node.isStored()) {
      remove(node);
    }
  }

  /** Gives a block's slot in the store back. */
  private void forget(PrefixNode node) {
    stored.remove(node);
    store.free(node.slot());
    node.forget();
    if (!node.isResident()) {
      remove(node);
    }
  }

  private void forgetLost() {
    while (!store.isOpen() && !stored.isEmpty()) {
      forget(stored.first());
    }
  }

  /** Removes what is nowhere any more, and all that is behind it, which nobody can find. */
  private void remove(PrefixNode node) {
    node.detach();
    Deque<PrefixNode> left = new ArrayDeque<>();
    left.add(node);
    while (!left.isEmpty()) {
      PrefixNode next = left.pop();
      left.addAll(next.children());
      if (next.isStored()) {
        stored.remove(next);
        store.free(next.slot());
        next.forget();
      }
    }
    if (node.parent().isRoot() && node.parent().children().isEmpty()) {
      roots.values().remove(node.parent());
    }
  }

  /** Forgets everything. */
  void clear() {
    moves.settle(true);
    resident.forEach(node -> pool.letGo(node.block()));
    resident.clear();
    stored.forEach(node -> store.free(node.slot()));
    stored.clear();
    roots.clear();
  }
}
