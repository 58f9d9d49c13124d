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

  /** An item with more than a thread's share over so many is divided into splits. */
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

  /** Pairs of tokens that an item may have without being divided. */
  private long mostPairs;

  private boolean mayDivideRows;

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

  /**
   * Fills {@link #parts} and {@link #joins}; returns how many pairs of tokens meet, about. A tile
   * of rows is divided into splits where it would keep one thread at work for long after the others
   * are done. Who computes a split does not change its bits.
   */
  private long addItems(AttentionShape shape, AttentionMask mask, RaggedBatch batch) {
    long blocks = 0;
    long tiles = 0;
    long pairs = 0;
    for (int slice = 0; slice < batch.slices(); slice++) {
      blocks += CacheLayout.blocksFor(batch.past(slice) + batch.rows(slice));
      tiles += Math.ceilDiv(batch.rows(slice), tileRows);
      for (int row = 0; row < batch.rows(slice); row += tileRows) {
        pairs += pairs(batch, mask, slice, row);
      }
    }
    long heads = shape.keyHeads();
    mostPairs = pairs * heads / ((long) ITEMS_PER_THREAD * workers.count());
    // Partial results of many rows are large, and enough tiles keep all threads at work.
    mayDivideRows = tiles * heads < workers.count();
    long items = 0;
    long joined = 0;
    for (int slice = 0; slice < batch.slices(); slice++) {
      for (int row = 0; row < batch.rows(slice); row += tileRows) {
        int splits = splits(batch, mask, slice, row);
        items += splits;
        joined += splits > 1 ? 1 : 0;
      }
    }
    parts.begin(blocks, items * heads);
    joins.begin(0, joined * heads);
    int partial = 0;
    for (int slice = 0; slice < batch.slices(); slice++) {
      int past = batch.past(slice);
      int rows = batch.rows(slice);
      int first = parts.addBlocks(batch, slice, 0, past + rows);
      // Later rows see more, so they begin first.
      for (int row = (rows - 1) / tileRows * tileRows; row >= 0; row -= tileRows) {
        int count = Math.min(tileRows, rows - row);
        int at = batch.firstRow(slice) + row;
        int firstSplit = firstSplit(batch, mask, slice, row);
        int endSplit = endSplit(batch, slice, row);
        boolean divided = splits(batch, mask, slice, row) > 1;
        for (int head = 0; head < shape.keyHeads(); head++) {
          if (!divided) {
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

  /** Pairs of tokens that a tile of rows has, for each map. */
  private long pairs(RaggedBatch batch, AttentionMask mask, int slice, int row) {
    int position = batch.past(slice) + row;
    int count = Math.min(tileRows, batch.rows(slice) - row);
    return (long) count * (position + count - mask.firstVisible(position));
  }

  private static int firstSplit(RaggedBatch batch, AttentionMask mask, int slice, int row) {
    return mask.firstVisible(batch.past(slice) + row) / SPLIT;
  }

  private int endSplit(RaggedBatch batch, int slice, int row) {
    int count = Math.min(tileRows, batch.rows(slice) - row);
    return (batch.past(slice) + row + count - 1) / SPLIT + 1;
  }

  /** How many parts a tile's context is divided into; 1: it is not. */
  private int splits(RaggedBatch batch, AttentionMask mask, int slice, int row) {
    if (pairs(batch, mask, slice, row) <= mostPairs || (batch.rows(slice) > 1 && !mayDivideRows)) {
      return 1;
    }
    return endSplit(batch, slice, row) - firstSplit(batch, mask, slice, row);
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
