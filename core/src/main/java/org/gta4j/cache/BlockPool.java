package org.gta4j.cache;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * The blocks that sequences keep their keys and values in: native memory, taken as it is needed, up
 * to a limit, counted by reference because sequences that begin alike share blocks. Freed as a
 * whole by {@link #close}.
 *
 * <p>Not thread-safe: one thread, the scheduler's, hands out blocks; kernels read and write them
 * from several.
 */
public final class BlockPool implements AutoCloseable {
  /** More memory at a time than this brings nothing. */
  private static final long MOST_BYTES = 32L << 20;

  private final CacheLayout layout;
  private final int maxBlocks;
  private final CacheMemory memory;
  private final Arena arena = Arena.ofShared();
  private MemorySegment[] blocks = new MemorySegment[8];
  private int[] references = new int[8];
  private boolean[] kept = new boolean[8];
  private int[] free = new int[8];
  private int freeCount;
  private int created;
  private int idle;
  private MemorySegment spare = MemorySegment.NULL;
  private long allocatedBytes;

  /** An empty pool of ordinary memory. */
  public BlockPool(CacheLayout layout, int maxBlocks) {
    this(layout, maxBlocks, CacheMemory.PLAIN);
  }

  /**
   * An empty pool.
   *
   * @param layout what a block holds
   * @param maxBlocks how many blocks there may be at once
   * @param memory where their memory comes from
   */
  public BlockPool(CacheLayout layout, int maxBlocks, CacheMemory memory) {
    if (maxBlocks < 1) {
      throw new IllegalArgumentException(
          "a cache needs room for at least one block, found " + maxBlocks);
    }
    this.layout = layout;
    this.maxBlocks = maxBlocks;
    this.memory = memory;
  }

  /** What a block holds. */
  public CacheLayout layout() {
    return layout;
  }

  /** How many blocks are held now, by sequences or for texts to come, a shared one counted once. */
  public int usedBlocks() {
    return created - freeCount;
  }

  /** How many blocks there may be at once. */
  public int maxBlocks() {
    return maxBlocks;
  }

  /** How many blocks can still be taken. */
  public int availableBlocks() {
    return maxBlocks - usedBlocks();
  }

  /**
   * How many of the used blocks no sequence holds: a {@link PrefixCache} keeps them for texts to
   * come, and gives back as many as are needed.
   */
  public int idleBlocks() {
    return idle;
  }

  /** Bytes of the blocks that are held now. */
  public long usedBytes() {
    return usedBlocks() * layout.blockBytes();
  }

  /** Bytes of native memory taken so far; released blocks are kept for the next sequence. */
  public long allocatedBytes() {
    return allocatedBytes;
  }

  /** The memory of a block. */
  public MemorySegment block(int id) {
    return blocks[id];
  }

  /** Takes a block, held once; the caller has made sure that there is one. */
  int acquire() {
    if (freeCount > 0) {
      int id = free[--freeCount];
      references[id] = 1;
      return id;
    }
    if (created == maxBlocks) {
      throw new IllegalStateException("all %d blocks of the cache are in use".formatted(maxBlocks));
    }
    MemorySegment block = takeMemory();
    if (created == blocks.length) {
      blocks = Arrays.copyOf(blocks, created * 2);
      references = Arrays.copyOf(references, created * 2);
      kept = Arrays.copyOf(kept, created * 2);
      free = Arrays.copyOf(free, created * 2);
    }
    blocks[created] = block;
    references[created] = 1;
    return created++;
  }

  /** A new block's memory: what is taken at a time grows with what there is already. */
  private MemorySegment takeMemory() {
    long bytes = layout.blockBytes();
    if (spare.byteSize() < bytes) {
      long most = Math.clamp(created * bytes / 4, bytes, Math.max(bytes, MOST_BYTES));
      long room = (long) (maxBlocks - created) * bytes;
      spare = memory.take(bytes, Math.min(room, most / bytes * bytes), arena);
      allocatedBytes += spare.byteSize();
    }
    MemorySegment block = spare.asSlice(0, bytes);
    spare = spare.asSlice(bytes);
    return block;
  }

  /** Holds a block once more. */
  void share(int id) {
    if (references[id]++ == 1 && kept[id]) {
      idle--;
    }
  }

  /** Whether the block is held more than once. */
  boolean isShared(int id) {
    return references[id] > 1;
  }

  /** Lets go of a block; at the last time it is free again. */
  void release(int id) {
    references[id]--;
    if (references[id] == 0) {
      free[freeCount++] = id;
    } else if (references[id] == 1 && kept[id]) {
      idle++;
    }
  }

  /** Whether the block is kept for texts to come. */
  boolean isKept(int id) {
    return kept[id];
  }

  /** Holds a block that somebody holds once more, for texts to come: once at most. */
  void keep(int id) {
    if (kept[id] || references[id] == 0) {
      throw new IllegalStateException(
          "block %d cannot be kept: %s"
              .formatted(id, kept[id] ? "it is already" : "nobody holds it"));
    }
    references[id]++;
    kept[id] = true;
  }

  /** Lets go of a block that was kept. */
  void letGo(int id) {
    idle -= references[id] == 1 ? 1 : 0;
    kept[id] = false;
    release(id);
  }

  /** Frees the memory of all blocks; no sequence may be used any more. */
  @Override
  public void close() {
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }
}
