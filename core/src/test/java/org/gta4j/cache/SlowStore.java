package org.gta4j.cache;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.BooleanSupplier;

/**
 * A store in memory in which things take as long as a test wants. What is on its way is nobody
 * else's: blocks that go are seen to stay as they are, those that come have other bytes before.
 */
public final class SlowStore implements BlockStore {
  private final MemoryStore memory;
  private final BooleanSupplier isDone;
  private int pending;
  private boolean failsToBegin;
  private boolean failsToEnd;

  /**
   * An empty one.
   *
   * @param limit how many blocks it takes
   * @param isDone whether what is asked for has come to its end
   */
  public SlowStore(int limit, BooleanSupplier isDone) {
    memory = new MemoryStore(limit);
    this.isDone = isDone;
  }

  /** How many blocks are on their way. */
  public int pending() {
    return pending;
  }

  /** From now on, what should never happen does when a block's way begins, or ends. */
  void fail(boolean toBegin, boolean toEnd) {
    failsToBegin = toBegin;
    failsToEnd = toEnd;
  }

  private void requireBegin() {
    if (failsToBegin) {
      throw new IllegalStateException("no block's way begins");
    }
  }

  private final class Slow implements Transfer {
    private final int slot;
    private final BooleanSupplier end;

    private Slow(int slot, BooleanSupplier end) {
      this.slot = slot;
      this.end = end;
      pending++;
    }

    @Override
    public int slot() {
      return slot;
    }

    @Override
    public boolean isDone() {
      return isDone.getAsBoolean();
    }

    @Override
    public boolean finish() {
      pending--;
      if (failsToEnd) {
        throw new IllegalStateException("no block's way ends");
      }
      return end.getAsBoolean();
    }
  }

  @Override
  public Optional<Transfer> beginWrite(MemorySegment block) {
    requireBegin();
    OptionalInt slot = write(block);
    if (slot.isEmpty()) {
      return Optional.empty();
    }
    byte[] before = block.toArray(ValueLayout.JAVA_BYTE);
    return Optional.of(
        new Slow(
            slot.getAsInt(),
            () -> {
              if (block.mismatch(MemorySegment.ofArray(before)) >= 0) {
                throw new IllegalStateException("a block was written to while it went");
              }
              return true;
            }));
  }

  @Override
  public Transfer beginRead(int slot, MemorySegment block) {
    requireBegin();
    block.fill((byte) 99);
    return new Slow(slot, () -> read(slot, block));
  }

  @Override
  public boolean isOpen() {
    return memory.isOpen();
  }

  @Override
  public boolean isFull() {
    return memory.isFull();
  }

  @Override
  public OptionalInt write(MemorySegment block) {
    return memory.write(block);
  }

  @Override
  public boolean read(int slot, MemorySegment block) {
    return memory.read(slot, block);
  }

  @Override
  public void free(int slot) {
    memory.free(slot);
  }

  @Override
  public StoreTraffic traffic() {
    return memory.traffic();
  }

  @Override
  public void close() {
    memory.close();
  }

  int used() {
    return memory.used();
  }
}
