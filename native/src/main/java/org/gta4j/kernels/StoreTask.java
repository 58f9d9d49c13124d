package org.gta4j.kernels;

import java.util.Optional;
import org.gta4j.attention.AttentionShape;
import org.gta4j.cache.CacheLayout;
import org.gta4j.cache.RaggedBatch;
import org.gta4j.ops.Workers;
import org.gta4j.tensor.Heads;

/** Writes a step's keys and values into the cache. Reused for every layer. */
final class StoreTask implements AutoCloseable {
  private static final int KEY_HEADS = 0;
  private static final int KEY_DIM = 1;
  private static final int VALUE_HEADS = 2;
  private static final int VALUE_DIM = 3;
  private static final int CACHE = 4;
  private static final int KEYS = CACHE + CacheBlocks.LAYOUT_MEMBERS;
  private static final int VALUES = KEYS + 3;
  private static final int BLOCKS = VALUES + 3;
  private static final int MEMBERS = 18;

  /** Rows an item has at most. */
  private static final int ITEM_ROWS = 32;

  /** Numbers that are not worth waking a worker for. */
  private static final long SHARED_NUMBERS = 1 << 13;

  private final Kernels kernels;
  private final Workers workers;
  private final Arguments arguments = new Arguments(MEMBERS);
  private final CacheBlocks blocks = new CacheBlocks();
  private final Workers.Task task = this::item;

  StoreTask(Kernels kernels, Workers workers) {
    this.kernels = kernels;
    this.workers = workers;
  }

  void run(RaggedBatch batch, int layer, Heads keys, Optional<Heads> values) {
    CacheLayout layout = batch.sequence(0).pool().layout();
    AttentionShape shape = layout.shape();
    arguments
        .set(KEY_HEADS, shape.keyHeads())
        .set(KEY_DIM, shape.keyDim())
        .set(VALUE_HEADS, values.isPresent() ? shape.valueHeads() : 0)
        .set(VALUE_DIM, shape.valueDim())
        .point(KEYS, keys, batch.rows());
    CacheBlocks.layout(arguments, CACHE, layout, layer);
    if (values.isPresent()) {
      Heads own = values.get();
      arguments.point(VALUES, own, batch.rows());
    }
    addItems(batch);
    blocks.pointTo(arguments, BLOCKS);
    if ((long) batch.rows() * shape.cacheElements() < SHARED_NUMBERS) {
      kernels.run(kernels.store, arguments, 0, blocks.count());
    } else {
      workers.run(blocks.count(), task);
    }
  }

  private void addItems(RaggedBatch batch) {
    long items = 0;
    long most = 0;
    for (int slice = 0; slice < batch.slices(); slice++) {
      items += Math.ceilDiv(batch.rows(slice), ITEM_ROWS);
      most += CacheLayout.blocksFor(batch.rows(slice)) + 1L;
    }
    blocks.begin(most, items);
    for (int slice = 0; slice < batch.slices(); slice++) {
      int past = batch.past(slice);
      int rows = batch.rows(slice);
      int first = blocks.addBlocks(batch, slice, past, past + rows);
      for (int row = 0; row < rows; row += ITEM_ROWS) {
        blocks.addItem(
            batch.firstRow(slice) + row,
            Math.min(ITEM_ROWS, rows - row),
            past + row,
            0,
            0,
            0,
            first,
            -1);
      }
    }
  }

  private void item(int item, int worker) {
    kernels.run(kernels.store, arguments, item, item + 1L);
  }

  @Override
  public void close() {
    blocks.close();
  }
}
