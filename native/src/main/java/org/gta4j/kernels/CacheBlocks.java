package org.gta4j.kernels;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.gta4j.cache.BlockPool;
import org.gta4j.cache.CacheLayout;
import org.gta4j.cache.CacheType;
import org.gta4j.cache.RaggedBatch;
import org.gta4j.cache.SequenceCache;

/**
 * What kernels see of the cache: a table of its blocks' addresses, and items, {@code
 * attention_item} in gta4j.h, that point into it.
 */
final class CacheBlocks implements AutoCloseable {
  private static final int ROW = 0;
  private static final int ROWS = 4;
  private static final int POSITION = 8;
  private static final int HEAD = 12;
  private static final int FIRST_SPLIT = 16;
  private static final int END_SPLIT = 20;
  private static final int BLOCKS = 24;
  private static final int PARTIAL = 28;

  /** Members of {@code cache_layout}. */
  static final int LAYOUT_MEMBERS = 6;

  /** Bytes of an item. */
  private static final long ITEM_BYTES = 32;

  private final NativeBuffer table = new NativeBuffer();
  private final NativeBuffer items = new NativeBuffer();
  private MemorySegment addresses = MemorySegment.NULL;
  private MemorySegment written = MemorySegment.NULL;
  private int blocks;
  private int count;

  /** Empties both, and makes room. */
  void begin(long mostBlocks, long mostItems) {
    addresses = table.atLeast(mostBlocks * Long.BYTES);
    written = items.atLeast(Math.multiplyExact(mostItems, ITEM_BYTES));
    blocks = 0;
    count = 0;
  }

  /**
   * Adds the blocks that hold tokens {@code first} … {@code end − 1} of a slice.
   *
   * @return what an item's {@code blocks} is, so that block {@code token / 32} of the sequence is
   *     found behind it
   */
  int addBlocks(RaggedBatch batch, int slice, int first, int end) {
    SequenceCache sequence = batch.sequence(slice);
    BlockPool pool = sequence.pool();
    long bytes = pool.layout().blockBytes();
    int firstBlock = first / CacheLayout.BLOCK_TOKENS;
    int begin = blocks - firstBlock;
    for (int block = firstBlock; block < CacheLayout.blocksFor(end); block++) {
      long address = Arguments.checked(pool.block(sequence.block(block)), 0, bytes);
      addresses.setAtIndex(ValueLayout.JAVA_LONG, blocks++, address);
    }
    return begin;
  }

  /** Adds an item. */
  void addItem(
      int row,
      int rows,
      int position,
      int head,
      int firstSplit,
      int endSplit,
      int firstBlock,
      int partial) {
    long at = count++ * ITEM_BYTES;
    written.set(ValueLayout.JAVA_INT, at + ROW, row);
    written.set(ValueLayout.JAVA_INT, at + ROWS, rows);
    written.set(ValueLayout.JAVA_INT, at + POSITION, position);
    written.set(ValueLayout.JAVA_INT, at + HEAD, head);
    written.set(ValueLayout.JAVA_INT, at + FIRST_SPLIT, firstSplit);
    written.set(ValueLayout.JAVA_INT, at + END_SPLIT, endSplit);
    written.set(ValueLayout.JAVA_INT, at + BLOCKS, firstBlock);
    written.set(ValueLayout.JAVA_INT, at + PARTIAL, partial);
  }

  /** How many items there are. */
  int count() {
    return count;
  }

  /** Points to the table, and in the next member to the items. */
  void pointTo(Arguments arguments, int member) {
    arguments
        .point(member, addresses, 0, (long) blocks * Long.BYTES)
        .point(member + 1, written, 0, count * ITEM_BYTES);
  }

  /** The number of a cache's type in gta4j.h. */
  static int number(CacheType type) {
    return switch (type) {
      case F32 -> 0;
      case F16 -> 1;
      case BF16 -> 2;
      case Q8 -> 3;
    };
  }

  /** Sets the {@value #LAYOUT_MEMBERS} members of {@code cache_layout} in gta4j.h. */
  static void layout(Arguments arguments, int member, CacheLayout layout, int layer) {
    arguments
        .set(member, number(layout.type()))
        .set(member + 1, layout.keyByte(layer, 0))
        .set(member + 2, layout.keyHeadBytes())
        .set(member + 3, layout.keyPartBegin(1))
        .set(member + 4, layout.valueByte(layer, 0))
        .set(member + 5, layout.valueHeadBytes());
  }

  @Override
  public void close() {
    table.close();
    items.close();
  }
}
