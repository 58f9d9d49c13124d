package org.gta4j.cache;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Where a {@link PrefixCache} puts blocks that the pool has no room for: slots, each of one block's
 * bytes. It may lose what it has at any time, and says so when asked for it; it never gives other
 * bytes than it got. Who uses it decides what goes when it is full.
 *
 * <p>Not thread-safe.
 */
public interface BlockStore extends AutoCloseable {
  /** No store: it takes nothing. */
  BlockStore NONE =
      new BlockStore() {
        @Override
        public boolean isOpen() {
          return false;
        }

        @Override
        public boolean isFull() {
          return true;
        }

        @Override
        public OptionalInt write(MemorySegment block) {
          return OptionalInt.empty();
        }

        @Override
        public boolean read(int slot, MemorySegment block) {
          return false;
        }

        @Override
        public void free(int slot) {}

        @Override
        public StoreTraffic traffic() {
          return StoreTraffic.NONE;
        }

        @Override
        public void close() {}
      };

  /** Whether it takes blocks and has those it took; once it does not, it never will. */
  boolean isOpen();

  /** Whether it takes no block before one is freed. */
  boolean isFull();

  /**
   * Writes a block.
   *
   * @return its slot; empty if it was not written: the store is full, or not open any more
   */
  OptionalInt write(MemorySegment block);

  /**
   * Reads what was written to a slot, which stays.
   *
   * @param block gets the bytes; whatever they are where this fails
   * @return whether they are what was written
   */
  boolean read(int slot, MemorySegment block);

  /**
   * Begins to write a block, which stays as it is until that is done.
   *
   * @return empty if it is not written, as {@link #write}
   */
  default Optional<Transfer> beginWrite(MemorySegment block) {
    OptionalInt slot = write(block);
    return slot.isPresent()
        ? Optional.of(new Transfer.Done(slot.getAsInt(), true))
        : Optional.empty();
  }

  /** Begins to read as {@link #read} does. */
  default Transfer beginRead(int slot, MemorySegment block) {
    return new Transfer.Done(slot, read(slot, block));
  }

  /** Gives a slot back. */
  void free(int slot);

  /** What went through it so far. */
  StoreTraffic traffic();

  /** Forgets everything. */
  @Override
  void close();
}
