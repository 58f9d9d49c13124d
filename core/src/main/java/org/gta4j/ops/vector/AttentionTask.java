package org.gta4j.ops.vector;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.gta4j.attention.AttentionMask;
import org.gta4j.attention.AttentionShape;
import org.gta4j.attention.ValueRows;
import org.gta4j.cache.CacheLayout;
import org.gta4j.cache.CacheType;
import org.gta4j.cache.RaggedBatch;
import org.gta4j.cache.SequenceCache;
import org.gta4j.ops.Workers;
import org.gta4j.tensor.Heads;

/**
 * Attention of a ragged batch, in items that workers share: one item is one key head of a few
 * neighbouring rows of one slice. Its queries, all maps that share the key head, meet each block of
 * the cache in one pass, with an online softmax (arXiv 1805.02867): the weighted sum so far is
 * scaled down whenever a larger score turns up. Memory is one block's scores, however long the
 * context.
 *
 * <p>Every query goes through the blocks in their order and through a block's slots in theirs, so
 * its result does not depend on the rows beside it.
 *
 * <p>Set anew for each operation, and each worker's state is kept, so that none allocates.
 */
final class AttentionTask implements Workers.Task {
  /** About as many queries as an item has. */
  private static final int TILE_QUERIES = 32;

  private final Scratch[] scratches;
  private final Item[] itemsOfWorkers;
  private AttentionShape shape = AttentionShape.of(1, 1, 1, 1, 1);
  private AttentionMask mask = new AttentionMask.Causal();
  private float scale;
  private RaggedBatch batch = new RaggedBatch();
  private CacheLayout layout = new CacheLayout(shape, 1, CacheType.F32);
  private int layer;
  private Heads queries = RowTasks.NO_HEADS;
  private Heads attended = RowTasks.NO_HEADS;
  private int tileRows;
  private int mapsPerKeyHead;
  private int tiles;
  private int[] itemSlices = new int[8];
  private int[] itemFirstRows = new int[8];

  AttentionTask(Scratch[] scratches) {
    this.scratches = scratches;
    itemsOfWorkers = new Item[scratches.length];
    for (int i = 0; i < itemsOfWorkers.length; i++) {
      itemsOfWorkers[i] = new Item();
    }
  }

  /** Sets what is to be computed; returns how many items it has. */
  int begin(
      AttentionShape newShape,
      AttentionMask newMask,
      float newScale,
      RaggedBatch newBatch,
      int newLayer,
      Heads newQueries,
      Heads newAttended) {
    shape = newShape;
    mask = newMask;
    scale = newScale;
    batch = newBatch;
    layout = batch.sequence(0).pool().layout();
    layer = newLayer;
    queries = newQueries;
    attended = newAttended;
    mapsPerKeyHead = shape.maps() / shape.keyHeads();
    tileRows = Math.max(1, TILE_QUERIES / mapsPerKeyHead);
    tiles = 0;
    for (int slice = 0; slice < batch.slices(); slice++) {
      for (int row = 0; row < batch.rows(slice); row += tileRows) {
        if (tiles == itemSlices.length) {
          itemSlices = Arrays.copyOf(itemSlices, 2 * tiles);
          itemFirstRows = Arrays.copyOf(itemFirstRows, 2 * tiles);
        }
        itemSlices[tiles] = slice;
        itemFirstRows[tiles++] = row;
      }
    }
    return tiles * shape.keyHeads();
  }

  /** Floats of scratch memory an item needs. */
  private long scratchFloats() {
    long slots = CacheLayout.BLOCK_TOKENS;
    return slots * shape.keyDim() + slots * shape.valueDim();
  }

  @Override
  public void run(int item, int worker) {
    Item own = itemsOfWorkers[worker];
    own.begin(item % tiles, item / tiles, scratches[worker].floats(scratchFloats()));
    own.run();
  }

  /**
   * The state of one item, reused by its worker: its queries in the order map, row, so that those
   * of one value head are neighbours.
   */
  private final class Item {
    private int slice;
    private int keyHead;
    private int firstMap;
    private int firstRow;
    private int rows;
    private int firstPosition;
    private MemorySegment scratch = MemorySegment.NULL;
    private long valueScratch;
    private int count;
    private final float[] partials = new float[Lanes.COUNT];
    private float[] scores = new float[0];
    private float[] largest = new float[0];
    private float[] sums = new float[0];
    private float[] corrections = new float[0];
    private int[] from = new int[0];
    private int[] to = new int[0];

    void begin(int tile, int newKeyHead, MemorySegment memory) {
      slice = itemSlices[tile];
      keyHead = newKeyHead;
      firstMap = keyHead * mapsPerKeyHead;
      firstRow = batch.firstRow(slice) + itemFirstRows[tile];
      rows = Math.min(tileRows, batch.rows(slice) - itemFirstRows[tile]);
      firstPosition = batch.past(slice) + itemFirstRows[tile];
      scratch = memory;
      valueScratch = (long) CacheLayout.BLOCK_TOKENS * shape.keyDim() * Float.BYTES;
      count = rows * mapsPerKeyHead;
      if (count > largest.length) {
        scores = new float[count * CacheLayout.BLOCK_TOKENS];
        largest = new float[count];
        sums = new float[count];
        corrections = new float[count];
        from = new int[count];
        to = new int[count];
      }
    }

    void run() {
      for (int q = 0; q < count; q++) {
        largest[q] = Float.NEGATIVE_INFINITY;
        sums[q] = 0;
        ElementKernels.clear(outputs(), outputByte(q), shape.valueDim());
      }
      int firstBlock = mask.firstVisible(firstPosition) / CacheLayout.BLOCK_TOKENS;
      int lastBlock = (firstPosition + rows - 1) / CacheLayout.BLOCK_TOKENS;
      for (int block = firstBlock; block <= lastBlock; block++) {
        block(block);
      }
      for (int q = 0; q < count; q++) {
        ElementKernels.divide(outputs(), outputByte(q), shape.valueDim(), sums[q]);
      }
    }

    private void block(int block) {
      SequenceCache sequence = batch.sequence(slice);
      MemorySegment memory = sequence.pool().block(sequence.block(block));
      scores(memory);
      weights(block);
      int firstValueHead = shape.valueHead(firstMap);
      int lastValueHead = shape.valueHead(firstMap + mapsPerKeyHead - 1);
      for (int head = firstValueHead; head <= lastValueHead; head++) {
        int mapsOfHead = shape.maps() / shape.valueHeads();
        int begin = Math.max(firstMap, head * mapsOfHead) - firstMap;
        int end = Math.min(firstMap + mapsPerKeyHead, (head + 1) * mapsOfHead) - firstMap;
        weigh(memory, head, begin * rows, end * rows);
      }
    }

    private void scores(MemorySegment memory) {
      MemorySegment keys = memory;
      long keyByte = layout.keyByte(layer, keyHead);
      if (layout.type() != CacheType.F32) {
        CachedNumbers.keys(layout, layer, keyHead, memory, scratch, 0);
        keys = scratch;
        keyByte = 0;
      }
      MemorySegment data = queries.matrix().data();
      int q = 0;
      for (; q + 4 <= count; q += 4) {
        AttentionKernel.scoresOfFour(
            data,
            queryByte(q),
            queryByte(q + 1),
            queryByte(q + 2),
            queryByte(q + 3),
            shape.keyDim(),
            keys,
            keyByte,
            scores,
            scoreAt(q));
      }
      for (; q < count; q++) {
        AttentionKernel.scoresOfOne(
            data, queryByte(q), shape.keyDim(), keys, keyByte, scores, scoreAt(q));
      }
    }

    /**
     * Turns scores into weights relative to the largest so far, and says what that does to the sums
     * so far.
     */
    private void weights(int block) {
      int firstToken = block * CacheLayout.BLOCK_TOKENS;
      for (int q = 0; q < count; q++) {
        int position = firstPosition + q % rows;
        from[q] = Math.max(0, mask.firstVisible(position) - firstToken);
        to[q] = Math.min(CacheLayout.BLOCK_TOKENS, position + 1 - firstToken);
        if (from[q] >= to[q]) {
          continue;
        }
        float inBlock = AttentionKernel.scaleAndMask(scores, scoreAt(q), scale, from[q], to[q]);
        float before = largest[q];
        float after = Math.max(before, inBlock);
        corrections[q] = after == before ? 1 : ElementKernels.exp(before - after);
        largest[q] = after;
        sums[q] =
            sums[q] * corrections[q]
                + AttentionKernel.exponentials(scores, scoreAt(q), after, partials);
      }
    }

    private void weigh(MemorySegment memory, int valueHead, int begin, int end) {
      MemorySegment values = memory;
      long valueByte = layout.valueByte(layer, valueHead);
      if (shape.valueRows() == ValueRows.KEY_PREFIX) {
        boolean widened = layout.type() != CacheType.F32;
        AttentionKernel.transpose(
            widened ? scratch : memory,
            widened ? 0 : valueByte,
            shape.valueDim(),
            scratch,
            valueScratch,
            slots());
        values = scratch;
        valueByte = valueScratch;
      } else if (layout.type() != CacheType.F32) {
        CachedNumbers.values(layout, layer, valueHead, slots(), memory, scratch, valueScratch);
        values = scratch;
        valueByte = valueScratch;
      }
      int q = begin;
      while (q < end) {
        if (q + 4 <= end && sameSlots(q)) {
          AttentionKernel.weighFour(
              scores,
              scoreAt(q),
              from[q],
              to[q],
              values,
              valueByte,
              shape.valueDim(),
              outputs(),
              outputByte(q),
              outputByte(q + 1),
              outputByte(q + 2),
              outputByte(q + 3),
              corrections[q],
              corrections[q + 1],
              corrections[q + 2],
              corrections[q + 3]);
          q += 4;
        } else {
          if (from[q] < to[q]) {
            AttentionKernel.weighOne(
                scores,
                scoreAt(q),
                from[q],
                to[q],
                values,
                valueByte,
                shape.valueDim(),
                outputs(),
                outputByte(q),
                corrections[q]);
          }
          q++;
        }
      }
    }

    /** How many of the block's slots any query of the item sees. */
    private int slots() {
      return Math.max(to[rows - 1], 0);
    }

    private boolean sameSlots(int q) {
      for (int i = q; i < q + 4; i++) {
        if (from[i] >= to[i] || from[i] != from[q] || to[i] != to[q]) {
          return false;
        }
      }
      return true;
    }

    private long queryByte(int q) {
      return queries.headByte(firstRow + q % rows, firstMap + q / rows);
    }

    private MemorySegment outputs() {
      return attended.matrix().data();
    }

    private long outputByte(int q) {
      return attended.headByte(firstRow + q % rows, firstMap + q / rows);
    }

    private int scoreAt(int q) {
      return q * CacheLayout.BLOCK_TOKENS;
    }
  }
}
