package org.gta4j.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.gta4j.attention.AttentionMask;
import org.gta4j.attention.AttentionShape;
import org.gta4j.cache.BlockPool;
import org.gta4j.cache.CacheLayout;
import org.gta4j.cache.CacheMemory;
import org.gta4j.cache.CacheType;
import org.gta4j.cache.RaggedBatch;
import org.gta4j.cache.SequenceCache;
import org.gta4j.ops.Activations;
import org.gta4j.ops.Ops;
import org.gta4j.tensor.FloatMatrix;
import org.gta4j.tensor.Heads;
import org.junit.jupiter.api.Test;

/** A cache in huge pages: of pieces that hold several blocks each, counted, and given back. */
class HugePageCacheTest {
  private static final AttentionShape SHAPE = AttentionShape.of(5, 1, 64, 1, 128);
  private static final int LAYERS = 4;
  private static final CacheLayout LAYOUT = new CacheLayout(SHAPE, LAYERS, CacheType.F32);
  private static final long PAGE = 2L << 20;

  /** So much that pages are taken: from about 8 MB on. */
  private static final int BLOCKS = 260;

  private static final int TOKENS = BLOCKS * CacheLayout.BLOCK_TOKENS;
  private static final int ROWS = 9;

  private static List<MemorySegment> blocks(BlockPool pool, SequenceCache sequence) {
    List<MemorySegment> blocks = new ArrayList<>();
    for (int i = 0; i < sequence.blockCount(); i++) {
      blocks.add(pool.block(sequence.block(i)));
    }
    blocks.sort(Comparator.comparingLong(MemorySegment::address));
    return blocks;
  }

  /** Fills a sequence and lets its last rows attend, in the last layer: what they find. */
  private static FloatMatrix attend(Ops ops, Arena arena, SequenceCache sequence) {
    assertThat(sequence.reserve(TOKENS)).isTrue();
    RaggedBatch all = new RaggedBatch();
    all.add(sequence, TOKENS);
    Heads keys = QuantizedWeights.rows(arena, TOKENS, 64, 3).heads(1);
    Heads values = QuantizedWeights.rows(arena, TOKENS, 128, 4).heads(1);
    ops.store(all, LAYERS - 1, keys, Optional.of(values));
    sequence.advance(TOKENS - ROWS);
    RaggedBatch last = new RaggedBatch();
    last.add(sequence, ROWS);
    FloatMatrix attended = FloatMatrix.allocate(arena, ROWS, 640);
    ops.attention(
        SHAPE,
        new AttentionMask.Causal(),
        0.1f,
        last,
        LAYERS - 1,
        QuantizedWeights.rows(arena, ROWS, 320, 5).heads(5),
        attended.heads(5));
    return attended;
  }

  @Test
  void blocksOfOnePieceAreApartAndGiveTheSameBits() {
    try (Ops ops = RunnableKernels.start(2, Activations.AUTO);
        Arena arena = Arena.ofShared()) {
      long before = WeightMemory.outstandingBytes();
      FloatMatrix expected;
      try (BlockPool plain = new BlockPool(LAYOUT, BLOCKS, CacheMemory.PLAIN);
          SequenceCache sequence = new SequenceCache(plain)) {
        expected = attend(ops, arena, sequence);
      }
      assertThat(WeightMemory.outstandingBytes()).isEqualTo(before);
      try (BlockPool pool = new BlockPool(LAYOUT, BLOCKS, ops.cacheMemory());
          SequenceCache sequence = new SequenceCache(pool)) {
        FloatMatrix found = attend(ops, arena, sequence);
        assertThat(found.data().mismatch(expected.data()))
            .as("first byte that differs")
            .isEqualTo(-1);
        long taken = WeightMemory.outstandingBytes() - before;
        assertThat(taken)
            .as("bytes in pages")
            .isPositive()
            .isLessThanOrEqualTo(pool.allocatedBytes());
        assertThat(taken % PAGE).isZero();
        int neighbours = 0;
        List<MemorySegment> blocks = blocks(pool, sequence);
        assertThat(blocks).hasSize(BLOCKS);
        for (int i = 1; i < BLOCKS; i++) {
          long distance = blocks.get(i).address() - blocks.get(i - 1).address();
          assertThat(distance)
              .as("bytes from block to block")
              .isGreaterThanOrEqualTo(LAYOUT.blockBytes());
          neighbours += distance == LAYOUT.blockBytes() ? 1 : 0;
        }
        assertThat(neighbours).as("blocks right behind another").isGreaterThan(BLOCKS / 2);
      }
      assertThat(WeightMemory.outstandingBytes()).as("bytes after closing").isEqualTo(before);
    }
  }

  @Test
  void whatIsNoWholePageIsTakenAsItIsNeeded() {
    long before = WeightMemory.outstandingBytes();
    try (Arena arena = Arena.ofShared()) {
      CacheMemory memory =
          (least, most, a) -> WeightMemory.forCache(RunnableKernels.get(), least, most, a);
      assertThat(memory.take(1000, PAGE - 1, arena).byteSize()).isEqualTo(1000);
      assertThat(memory.take(PAGE + 1, 2 * PAGE - 1, arena).byteSize()).isEqualTo(PAGE + 1);
      assertThat(WeightMemory.outstandingBytes()).isEqualTo(before);
      assertThat(memory.take(1000, 2 * PAGE + 1, arena).byteSize()).isEqualTo(2 * PAGE);
      assertThat(WeightMemory.outstandingBytes()).isEqualTo(before + 2 * PAGE);
    }
    assertThat(WeightMemory.outstandingBytes()).isEqualTo(before);
  }
}
