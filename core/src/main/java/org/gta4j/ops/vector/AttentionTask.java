package org.gta4j.ops.vector;

import java.lang.foreign.MemorySegment;
import org.gta4j.attention.AttentionMask;
import org.gta4j.attention.AttentionShape;
import org.gta4j.attention.ValueRows;
import org.gta4j.cache.CacheLayout;
import org.gta4j.cache.RaggedBatch;
import org.gta4j.cache.SequenceCache;
import org.gta4j.tensor.DType;
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
 */
final class AttentionTask {
  /** About as many queries as an item has. */
  private static final int TILE_QUERIES = 32;

  private final AttentionShape shape;
  private final AttentionMask mask;
  private final float scale;
  private final RaggedBatch batch;
  private final CacheLayout layout;
  private final int layer;
  private final Heads queries;
  private final Heads attended;
  private final int tileRows;
  private final int mapsPerKeyHead;
  private final int[] itemSlices;
  private final int[] itemFirstRows;

  AttentionTask(
      AttentionShape shape,
      AttentionMask mask,
      float scale,
      RaggedBatch batch,
      int layer,
      Heads queries,
      Heads attended) {
    this.shape = shape;
    this.mask = mask;
    this.scale = scale;
    this.batch = batch;
    this.layout = batch.sequence(0).pool().layout();
    this.layer = layer;
    this.queries = queries;
    this.attended = attended;
    mapsPerKeyHead = shape.maps() / shape.keyHeads();
    tileRows = Math.max(1, TILE_QUERIES / mapsPerKeyHead);
    int tiles = 0;
    for (int slice = 0; slice < batch.slices(); slice++) {
      tiles += (batch.rows(slice) + tileRows - 1) / tileRows;
    }
    itemSlices = new int[tiles];
    itemFirstRows = new int[tiles];
    int tile = 0;
    for (int slice = 0; slice < batch.slices(); slice++) {
      for (int row = 0; row < batch.rows(slice); row += tileRows) {
        itemSlices[tile] = slice;
        itemFirstRows[tile++] = row;
      }
    }
  }

  /** How many items there are. */
  int items() {
    return itemSlices.length * shape.keyHeads();
  }

  /** Floats of scratch memory an item needs. */
  long scratchFloats() {
    long slots = CacheLayout.BLOCK_TOKENS;
    return slots * shape.keyDim() + slots * shape.valueDim() + slots * tileRows * mapsPerKeyHead;
  }

  /** Computes an item. */
  void run(int item, MemorySegment scratch) {
    new Item(item % itemSlices.length, item / itemSlices.length, scratch).run();
  }

  /**
   * The state of one item: its queries in the order map, row, so that those of one value head are
   * neighbours.
   */
  private final class Item {
    private final SequenceCache sequence;
    private final int keyHead;
    private final int firstMap;
    private final int firstRow;
    private final int rows;
    private final int firstPosition;
    private final MemorySegment scratch;
    private final long valueScratch;
    private final long scoreScratch;
    private final float[] largest;
    private final float[] sums;
    private final float[] corrections;
    private final int[] from;
    private final int[] to;

    Item(int tile, int keyHead, MemorySegment scratch) {
      int slice = itemSlices[tile];
      sequence = batch.sequence(slice);
      this.keyHead = keyHead;
      firstMap = keyHead * mapsPerKeyHead;
      firstRow = batch.firstRow(slice) + itemFirstRows[tile];
      rows = Math.min(tileRows, batch.rows(slice) - itemFirstRows[tile]);
      firstPosition = batch.past(slice) + itemFirstRows[tile];
      this.scratch = scratch;
      valueScratch = (long) CacheLayout.BLOCK_TOKENS * shape.keyDim() * Float.BYTES;
      scoreScratch =
          valueScratch + (long) CacheLayout.BLOCK_TOKENS * shape.valueDim() * Float.BYTES;
      int count = rows * mapsPerKeyHead;
      largest = new float[count];
      sums = new float[count];
      corrections = new float[count];
      from = new int[count];
      to = new int[count];
    }

    void run() {
      int count = largest.length;
      for (int q = 0; q < count; q++) {
        largest[q] = Float.NEGATIVE_INFINITY;
        outputs().asSlice(outputByte(q), (long) shape.valueDim() * Float.BYTES).fill((byte) 0);
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
      if (layout.dtype() != DType.F32) {
        FloatRows.widen(
            layout.dtype(), memory, keyByte, scratch, 0, CacheLayout.BLOCK_TOKENS * shape.keyDim());
        keys = scratch;
        keyByte = 0;
      }
      MemorySegment data = queries.matrix().data();
      int count = largest.length;
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
            scratch,
            scoreByte(q));
      }
      for (; q < count; q++) {
        AttentionKernel.scoresOfOne(
            data, queryByte(q), shape.keyDim(), keys, keyByte, scratch, scoreByte(q));
      }
    }

    /**
     * Turns scores into weights relative to the largest so far, and says what that does to the sums
     * so far.
     */
    private void weights(int block) {
      int firstToken = block * CacheLayout.BLOCK_TOKENS;
      for (int q = 0; q < largest.length; q++) {
        int position = firstPosition + q % rows;
        from[q] = Math.max(0, mask.firstVisible(position) - firstToken);
        to[q] = Math.min(CacheLayout.BLOCK_TOKENS, position + 1 - firstToken);
        if (from[q] >= to[q]) {
          continue;
        }
        float inBlock = AttentionKernel.scaleAndMask(scratch, scoreByte(q), scale, from[q], to[q]);
        float before = largest[q];
        float after = Math.max(before, inBlock);
        corrections[q] = after == before ? 1 : ElementKernels.exp(before - after);
        largest[q] = after;
        sums[q] =
            sums[q] * corrections[q] + AttentionKernel.exponentials(scratch, scoreByte(q), after);
      }
    }

    private void weigh(MemorySegment memory, int valueHead, int begin, int end) {
      MemorySegment values = memory;
      long valueByte = layout.valueByte(layer, valueHead);
      if (shape.valueRows() == ValueRows.KEY_PREFIX) {
        boolean widened = layout.dtype() != DType.F32;
        AttentionKernel.transpose(
            widened ? scratch : memory,
            widened ? 0 : valueByte,
            shape.valueDim(),
            scratch,
            valueScratch,
            slots());
        values = scratch;
        valueByte = valueScratch;
      } else if (layout.dtype() != DType.F32) {
        FloatRows.widen(
            layout.dtype(), memory, valueByte, scratch, valueScratch, slots() * shape.valueDim());
        values = scratch;
        valueByte = valueScratch;
      }
      int q = begin;
      while (q < end) {
        if (q + 4 <= end && sameSlots(q)) {
          AttentionKernel.weighFour(
              scratch,
              scoreByte(q),
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
                scratch,
                scoreByte(q),
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

    private long scoreByte(int q) {
      return scoreScratch + (long) q * CacheLayout.BLOCK_TOKENS * Float.BYTES;
    }
  }
}
