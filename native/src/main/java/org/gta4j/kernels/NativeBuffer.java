package org.gta4j.kernels;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Native memory that grows when more is needed, and whose content may be lost then: scratch memory
 * of one thread at a time.
 */
final class NativeBuffer implements AutoCloseable {
  private static final AtomicLong OUTSTANDING = new AtomicLong();

  private MemorySegment memory = MemorySegment.NULL;
  private Optional<Arena> arena = Optional.empty();

  /** Bytes that all buffers hold now. */
  static long outstandingBytes() {
    return OUTSTANDING.get();
  }

  /** The memory, at least so large, from a cache line's border on. */
  MemorySegment atLeast(long bytes) {
    if (WeightMemory.CHECKED) {
      // What the last call left, and a byte more than this one asked for, are nobody's.
      take(bytes, WeightMemory.CHECKED_ALIGNMENT);
    } else if (bytes > memory.byteSize()) {
      // By a half more than asked for: a context that grows must not take new memory every step.
      take(bytes + bytes / 2, 64);
    }
    return memory;
  }

  @SuppressWarnings("MustBeClosedChecker") // kept, and closed with this
  private void take(long bytes, long alignment) {
    close();
    Arena taken = Arena.ofShared();
    arena = Optional.of(taken);
    memory = taken.allocate(bytes, alignment);
    OUTSTANDING.addAndGet(bytes);
  }

  /** Where the memory is. */
  long address() {
    return memory.address();
  }

  @Override
  public void close() {
    if (arena.isPresent()) {
      OUTSTANDING.addAndGet(-memory.byteSize());
      memory = MemorySegment.NULL;
      arena.get().close();
      arena = Optional.empty();
    }
  }
}
