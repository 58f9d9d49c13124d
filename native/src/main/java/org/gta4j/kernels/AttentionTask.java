package org.gta4j.kernels;

import java.lang.foreign.MemorySegment;
import org.gta4j.attention.AttentionMask;
import org.gta4j.attention.AttentionShape;
import org.gta4j.attention.ValueRows;
import org.gta4j.cache.CacheLayout;
import org.gta4j.cache.RaggedBatch;
import org.gta4j.ops.Workers;
import org.gta4j.tensor.Heads;

/**
 * Attention of a ragged batch. An item is one key head of a few neighbouring rows of one slice.
 * Where there are too few of them for all threads, an item's context is divided into splits of 512
 * tokens that are computed apart and joined in their order; the same joins are done where one
 * thread computes all splits, so the results are the same. Reused for every layer.
 */
final class AttentionTask implements AutoCloseable {
  private static final int MAPS = 0;
  private static final int KEY_HEADS = 1;
  private static final int KEY_DIM = 2;
  private static final int VALUE_HEADS = 3;
  private static final int VALUE_DIM = 4;
  private static final int PREFIX = 5;
  private static final int WINDOW = 6;
  private static final int SCALE = 7;
  private static final int CACHE = 8;
  private static final int QUERIES = CACHE + CacheBlocks.LAYOUT_MEMBERS;
  private static final int ATTENDED = QUERIES + 3;
  private static final int BLOCKS = ATTENDED + 3;
  private static final int PARTIALS = BLOCKS + 2;
  private static final int MEMBERS = 23;

  /** Tokens a split: {@code SPLIT} in gta4j.h. */
  static final int SPLIT = 512;

  /**
   * About as many queries as an item has: they share the widening of keys and values, and their
   * scores and sums still lie in the second-level cache.
   */
  private static final int TILE_QUERIES = 96;

  /** Fewer items than so many a thread are divided into splits. */
  private static final int ITEMS_PER_THREAD = 4;

  /** Multiply-adds that are not worth waking a worker for. */
  private static final long SHARED_PRODUCTS = 1 << 16;

  private final Kernels kernels;
  private final Workers workers;
  private final Arguments arguments = new Arguments(MEMBERS);
  private final CacheBlocks parts = new CacheBlocks();
  private final CacheBlocks joins = new CacheBlocks();
  private final NativeBuffer partials = new NativeBuffer();
  private final NativeBuffer[] scratch;
  private final Workers.Task task = this::item;
  private MemorySegment kernel = MemorySegment.NULL;
  private long scratchBytes;
  private int tileRows;
  private int group;

  AttentionTask(Kernels kernels, Workers workers) {
    this.kernels = kernels;
    this.workers = workers;
    scratch = new NativeBuffer[workers.count()];
    for (int i = 0; i < scratch.length; i++) {
      scratch[i] = new NativeBuffer();
    }
  }

  void run(
      AttentionShape shape,
      AttentionMask mask,
      float scale,
      RaggedBatch batch,
      int layer,
      Heads queries,
      Heads attended) {
    CacheLayout layout = batch.sequence(0).pool().layout();
    arguments
        .set(MAPS, shape.maps())
        .set(KEY_HEADS, shape.keyHeads())
        .set(KEY_DIM, shape.keyDim())
        .set(VALUE_HEADS, shape.valueHeads())
        .set(VALUE_DIM, shape.valueDim())
        .set(PREFIX, shape.valueRows() == ValueRows.KEY_PREFIX ? 1 : 0)
        .set(WINDOW, window(mask))
        .set(SCALE, (double) scale)
        .point(QUERIES, queries, batch.rows())
        .point(ATTENDED, attended, batch.rows());
    CacheBlocks.layout(arguments, CACHE, layout, layer);
    group = shape.maps() / shape.keyHeads();
    tileRows = Math.max(1, TILE_QUERIES / group);
    scratchBytes = kernels.attentionScratchBytes(arguments, tileRows);
    long pairs = addItems(shape, mask, batch);
    kernel = kernels.attend;
    parts.pointTo(arguments, BLOCKS);
    share(parts.count(), pairs * shape.maps() * (shape.keyDim() + shape.valueDim()));
    if (joins.count() > 0) {
      kernel = kernels.join;
      joins.pointTo(arguments, BLOCKS);
      share(joins.count(), (long) joins.count() * SHARED_PRODUCTS / 8);
    }
  }

  private static int window(AttentionMask mask) {
    return switch (mask) {
      case AttentionMask.Causal() -> Integer.MAX_VALUE;
      case AttentionMask.SlidingWindow(int window) -> window;
    };
  }

  /** Fills {@link #parts} and {@link #joins}; returns how many pairs of tokens meet, about. */
  private long addItems(AttentionShape shape, AttentionMask mask, RaggedBatch batch) {
    long blocks = 0;
    long tiles = 0;
    long splits = 0;
    long pairs = 0;
    for (int slice = 0; slice < batch.slices(); slice++) {
      int end = batch.past(slice) + batch.rows(slice);
      int ofSlice = Math.ceilDiv(batch.rows(slice), tileRows);
      blocks += CacheLayout.blocksFor(end);
      tiles += ofSlice;
      splits += ofSlice * (long) (end / SPLIT + 1);
      pairs += (long) batch.rows(slice) * (end - mask.firstVisible(end - batch.rows(slice)));
    }
    long whole = tiles * shape.keyHeads();
    boolean divided = whole < (long) ITEMS_PER_THREAD * workers.count() && splits > tiles;
    parts.begin(blocks, divided ? splits * shape.keyHeads() : whole);
    joins.begin(0, divided ? whole : 0);
    int partial = 0;
    for (int slice = 0; slice < batch.slices(); slice++) {
      int past = batch.past(slice);
      int rows = batch.rows(slice);
      int first = parts.addBlocks(batch, slice, 0, past + rows);
      // Later rows see more, so they begin first.
      for (int row = (rows - 1) / tileRows * tileRows; row >= 0; row -= tileRows) {
        int count = Math.min(tileRows, rows - row);
        int firstSplit = mask.firstVisible(past + row) / SPLIT;
        int endSplit = (past + row + count - 1) / SPLIT + 1;
        for (int head = 0; head < shape.keyHeads(); head++) {
          int at = batch.firstRow(slice) + row;
          if (!divided || endSplit - firstSplit == 1) {
            parts.addItem(at, count, past + row, head, firstSplit, endSplit, first, -1);
            continue;
          }
          joins.addItem(at, count, past + row, head, firstSplit, endSplit, 0, partial);
          for (int split = firstSplit; split < endSplit; split++) {
            parts.addItem(at, count, past + row, head, split, split + 1, first, partial);
            partial += group * count;
          }
        }
      }
    }
    long bytes = partial * kernels.attentionPartialBytes(arguments);
    arguments.point(PARTIALS, partials.atLeast(bytes), 0, bytes);
    return pairs;
  }

  private void share(int items, long products) {
    if (products < SHARED_PRODUCTS) {
      for (int item = 0; item < items; item++) {
        item(item, 0);
      }
    } else {
      workers.run(items, task);
    }
  }

  private void item(int item, int worker) {
    NativeBuffer own = scratch[worker];
    own.atLeast(scratchBytes);
    kernels.run(kernel, arguments, item, item + 1L, own);
  }

  @Override
  public void close() {
    parts.close();
    joins.close();
    partials.close();
    for (NativeBuffer buffer : scratch) {
      buffer.close();
    }
  }
}
