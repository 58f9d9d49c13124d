package org.gta4j.cache;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;

/** A store in memory, which a test can make lose what it has. */
final class MemoryStore implements BlockStore {
  private final Map<Integer, byte[]> slots = new HashMap<>();
  private final int limit;
  private int next;
  private boolean open = true;
  private boolean forgetful;

  MemoryStore(int limit) {
    this.limit = limit;
  }

  /** From now on, or no longer, nothing that is read is what was written. */
  void setForgetful(boolean forgets) {
    forgetful = forgets;
  }

  int used() {
    return slots.size();
  }

  @Override
  public boolean isOpen() {
    return open;
  }

  @Override
  public boolean isFull() {
    return !open || slots.size() == limit;
  }

  @Override
  public OptionalInt write(MemorySegment block) {
    if (isFull()) {
      return OptionalInt.empty();
    }
    slots.put(next, block.toArray(ValueLayout.JAVA_BYTE));
    return OptionalInt.of(next++);
  }

  @Override
  public boolean read(int slot, MemorySegment block) {
    byte[] bytes = slots.get(slot);
    if (bytes == null || forgetful) {
      block.fill((byte) 1);
      return false;
    }
    block.copyFrom(MemorySegment.ofArray(bytes));
    return true;
  }

  @Override
  public void free(int slot) {
    if (open && slots.remove(slot) == null) {
      throw new IllegalStateException("slot %d is free already".formatted(slot));
    }
  }

  @Override
  public StoreTraffic traffic() {
    return StoreTraffic.NONE;
  }

  @Override
  public void close() {
    open = false;
    slots.clear();
  }
}
