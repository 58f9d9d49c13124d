package org.gta4j.cache;

import java.util.Arrays;

/**
 * One sequence's keys and values: how many tokens are cached, and the blocks they lie in, in order.
 * Sequences that begin alike can share blocks ({@link #fork}); a shared block is copied before it
 * is written.
 *
 * <p>Not thread-safe, as its pool.
 */
public final class SequenceCache implements AutoCloseable {
  private final BlockPool pool;
  private int[] blocks = new int[4];
  private int blockCount;
  private int length;

  /** An empty sequence; it takes blocks when it grows. */
  public SequenceCache(BlockPool pool) {
    this.pool = pool;
  }

  /** The pool the blocks come from. */
  public BlockPool pool() {
    return pool;
  }

  /** How many tokens are cached. */
  public int length() {
    return length;
  }

  /** How many blocks are held. */
  public int blockCount() {
    return blockCount;
  }

  /**
   * The pool's number of the block that holds tokens {@code index * BLOCK_TOKENS} and following.
   */
  public int block(int index) {
    return blocks[index];
  }

  /**
   * Blocks that have to be taken from the pool before {@code tokens} more tokens can be written.
   */
  public int blocksNeeded(int tokens) {
    int missing = Math.max(0, CacheLayout.blocksFor((long) length + tokens) - blockCount);
    return missing + (writesSharedBlock(tokens) ? 1 : 0);
  }

  /**
   * Makes room for {@code tokens} more tokens, which the next step writes: takes blocks, and copies
   * the last one where somebody else holds it too. Nothing changes when the pool has too few
   * blocks.
   *
   * @return whether there is room now
   */
  public boolean reserve(int tokens) {
    if (blocksNeeded(tokens) > pool.availableBlocks()) {
      return false;
    }
    if (writesSharedBlock(tokens)) {
      int last = length / CacheLayout.BLOCK_TOKENS;
      int copy = pool.acquire();
      pool.block(copy).copyFrom(pool.block(blocks[last]));
      pool.release(blocks[last]);
      blocks[last] = copy;
    }
    int wanted = CacheLayout.blocksFor((long) length + tokens);
    if (wanted > blocks.length) {
      blocks = Arrays.copyOf(blocks, Math.max(wanted, blocks.length * 2));
    }
    while (blockCount < wanted) {
      int id = pool.acquire(); // Counted once it is there: there may be no memory for it.
      blocks[blockCount++] = id;
    }
    return true;
  }

  /** Counts {@code tokens} reserved tokens as cached, after their keys and values were written. */
  public void advance(int tokens) {
    if (tokens < 0 || CacheLayout.blocksFor((long) length + tokens) > blockCount) {
      throw new IllegalStateException(
          "%d tokens after %d were not reserved: %d blocks are held"
              .formatted(tokens, length, blockCount));
    }
    length += tokens;
  }

  /**
   * A new sequence that begins with the first {@code tokens} tokens of this one, in the same
   * blocks. Where positions depend on the length of the text (dynamic NTK scaling) its keys are
   * those of the shorter text.
   *
   * @throws IllegalArgumentException if fewer tokens are cached
   */
  public SequenceCache fork(int tokens) {
    if (tokens < 0 || tokens > length) {
      throw new IllegalArgumentException("cannot share %d tokens of %d".formatted(tokens, length));
    }
    SequenceCache child = new SequenceCache(pool);
    child.blockCount = CacheLayout.blocksFor(tokens);
    child.blocks = Arrays.copyOf(blocks, Math.max(4, child.blockCount));
    child.length = tokens;
    for (int i = 0; i < child.blockCount; i++) {
      pool.share(child.blocks[i]);
    }
    return child;
  }

  /**
   * Forgets all tokens after the first {@code tokens}, and lets go of blocks that are not needed
   * for those.
   *
   * @throws IllegalArgumentException if fewer tokens are cached
   */
  public void truncate(int tokens) {
    if (tokens < 0 || tokens > length) {
      throw new IllegalArgumentException("cannot keep %d tokens of %d".formatted(tokens, length));
    }
    int keep = CacheLayout.blocksFor(tokens);
    while (blockCount > keep) {
      pool.release(blocks[--blockCount]);
    }
    length = tokens;
  }

  /** Lets go of all blocks; the sequence is empty afterwards and may be used again. */
  @Override
  public void close() {
    truncate(0);
  }

  /**
   * Continues whole blocks with one more that is written already, and holds it: so a text that
   * begins as others did takes over what is known of them, block by block.
   */
  void append(int block) {
    if (length != blockCount * CacheLayout.BLOCK_TOKENS) {
      throw new IllegalStateException(
          "a written block follows whole ones only, found %d tokens in %d blocks"
              .formatted(length, blockCount));
    }
    if (blockCount == blocks.length) {
      blocks = Arrays.copyOf(blocks, blockCount * 2);
    }
    pool.share(block);
    blocks[blockCount++] = block;
    length += CacheLayout.BLOCK_TOKENS;
  }

  /** Holds another block in a place, which has the same keys and values. */
  void replace(int index, int block) {
    pool.share(block);
    pool.release(blocks[index]);
    blocks[index] = block;
  }

  private boolean writesSharedBlock(int tokens) {
    return tokens > 0
        && length % CacheLayout.BLOCK_TOKENS != 0
        && pool.isShared(blocks[length / CacheLayout.BLOCK_TOKENS]);
  }
}
