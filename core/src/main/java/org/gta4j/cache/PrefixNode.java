package org.gta4j.cache;

import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What is known of one block of a text, behind what its parents say: where its keys and values are,
 * in the pool, in a store, or in both. The parents of one in the pool are in the pool.
 */
final class PrefixNode {
  /** The least recently used first: of a path's nodes that is the last one. */
  static final Comparator<PrefixNode> ELDEST_FIRST = Comparator.comparingLong(node -> node.used);

  private static final int NOWHERE = -1;

  private final PrefixNode parent;
  private final TokenRun run;
  private Map<TokenRun, PrefixNode> children = Map.of();
  private int residentChildren;
  private int goingChildren;
  private boolean isGoing;
  private int block = NOWHERE;
  private int slot = NOWHERE;

  /** When it was used last; {@link PrefixCache} changes it while it is in no order. */
  long used;

  private PrefixNode(TokenRun run) {
    this.parent = this;
    this.run = run;
  }

  private PrefixNode(PrefixNode parent, TokenRun run) {
    this.parent = parent;
    this.run = run;
  }

  /** The begin of texts. */
  static PrefixNode root() {
    return new PrefixNode(new TokenRun(new int[CacheLayout.BLOCK_TOKENS], 0));
  }

  boolean isRoot() {
    return parent == this;
  }

  PrefixNode parent() {
    return parent;
  }

  Optional<PrefixNode> child(TokenRun next) {
    return Optional.ofNullable(children.get(next));
  }

  Collection<PrefixNode> children() {
    return children.values();
  }

  /** A new child. */
  PrefixNode grow(TokenRun next) {
    PrefixNode child = new PrefixNode(this, next.copy());
    if (children.isEmpty()) {
      children = new HashMap<>(2); // Most have one.
    }
    children.put(child.run, child);
    return child;
  }

  /** Is no longer among its parent's children. */
  void detach() {
    parent.children.remove(run);
  }

  /** Whether the pool has it; of a root there is nothing to have. */
  boolean isResident() {
    return block != NOWHERE || isRoot();
  }

  /** Whether the pool has one of its children. */
  boolean hasResidentChildren() {
    return residentChildren > 0;
  }

  /** Whether the pool has one of its children that is not about to leave. */
  boolean hasStayingChildren() {
    return residentChildren > goingChildren;
  }

  /** Whether its block is about to leave the pool, and stays until it is in the store. */
  boolean isGoing() {
    return isGoing;
  }

  void going(boolean now) {
    isGoing = now;
    parent.goingChildren += now ? 1 : -1;
  }

  int block() {
    return block;
  }

  void settle(int in) {
    block = in;
    parent.residentChildren++;
  }

  void leave() {
    block = NOWHERE;
    parent.residentChildren--;
  }

  /** Whether a store has it. */
  boolean isStored() {
    return slot != NOWHERE;
  }

  int slot() {
    return slot;
  }

  void store(int in) {
    slot = in;
  }

  void forget() {
    slot = NOWHERE;
  }
}
