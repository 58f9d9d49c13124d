package org.gta4j.ops.vector;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** One worker's own memory, which grows to what the largest task so far needed. */
final class Scratch implements AutoCloseable {
  private Arena arena = Arena.ofShared();
  private MemorySegment memory = MemorySegment.NULL;

  /** At least {@code floats} floats, aligned to a cache line; their content is undefined. */
  @SuppressWarnings("MustBeClosedChecker") // owned, and closed with this
  MemorySegment floats(long floats) {
    long bytes = floats * Float.BYTES;
    if (memory.byteSize() < bytes) {
      arena.close();
      arena = Arena.ofShared();
      memory = arena.allocate(bytes, 64);
    }
    return memory;
  }

  @Override
  public void close() {
    memory = MemorySegment.NULL;
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }
}
