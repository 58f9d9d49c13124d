package org.gta4j.kernels;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Memory for packed weights and caches: taken in large pieces, in huge pages, and freed as a whole.
 */
final class WeightMemory implements AutoCloseable {
  private static final AtomicLong OUTSTANDING = new AtomicLong();

  /** The size of a huge page. */
  private static final long PAGE = 2L << 20;

  /** Weights share pieces of this size; larger ones have their own. */
  private static final long PIECE = 16L << 20;

  private static final long ALIGNMENT = 64;

  /**
   * For tests with kernels that check addresses: everything is allocated by itself and exactly, so
   * that what is before and behind it is nobody's. Checks know nothing of parts of mapped pieces.
   */
  static final boolean CHECKED = Boolean.getBoolean("gta.checked");

  /** What memory is allocated at then: whatever is above is rounded up, and hides a read behind. */
  static final long CHECKED_ALIGNMENT = 16;

  private final Kernels kernels;
  private final Arena arena = Arena.ofShared();
  private MemorySegment current = MemorySegment.NULL;
  private long used;
  private boolean closed;

  WeightMemory(Kernels kernels) {
    this.kernels = kernels;
  }

  /** Bytes that all models' weights hold now. */
  static long outstandingBytes() {
    return OUTSTANDING.get();
  }

  /** Zeroed memory, from a cache line's border on. */
  MemorySegment allocate(long bytes) {
    if (closed) {
      throw new IllegalStateException("the operations have been closed");
    }
    if (CHECKED) {
      return arena.allocate(bytes, CHECKED_ALIGNMENT);
    }
    if (used + bytes > current.byteSize()) {
      if (bytes > PIECE / 4) {
        return map(bytes).asSlice(0, bytes);
      }
      current = map(PIECE);
      used = 0;
    }
    MemorySegment memory = current.asSlice(used, bytes);
    used += (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    return memory;
  }

  private MemorySegment map(long bytes) {
    return map(kernels, Math.ceilDiv(bytes, PAGE) * PAGE, arena);
  }

  /**
   * Memory for a cache: whole huge pages where so much can be used, since attention to a long text
   * touches many places of them; else no more than is needed.
   */
  static MemorySegment forCache(Kernels kernels, long least, long most, Arena arena) {
    if (CHECKED) {
      return arena.allocate(least, CHECKED_ALIGNMENT);
    }
    long pages = most / PAGE * PAGE;
    return pages < least ? arena.allocate(least, ALIGNMENT) : map(kernels, pages, arena);
  }

  private static MemorySegment map(Kernels kernels, long size, Arena arena) {
    MemorySegment piece =
        kernels.map(
            size,
            arena,
            memory -> {
              kernels.unmap(memory);
              OUTSTANDING.addAndGet(-memory.byteSize());
            });
    OUTSTANDING.addAndGet(size);
    return piece;
  }

  /** Frees all of it; nothing that was packed may be used any more. */
  @Override
  public void close() {
    closed = true;
    current = MemorySegment.NULL;
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }
}
