package org.gta4j.cache;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Where a pool's memory comes from: whoever computes knows which memory it reads fastest. */
@FunctionalInterface
public interface CacheMemory {
  /** Ordinary memory, no more than is needed. */
  CacheMemory PLAIN = (least, most, arena) -> arena.allocate(least, 64);

  /**
   * Takes zeroed native memory, from a cache line's border on.
   *
   * @param least how many bytes are needed
   * @param most how many can be used; at least {@code least}
   * @param arena how long they are used
   * @return {@code least} bytes or more
   */
  MemorySegment take(long least, long most, Arena arena);
}
