package org.gta4j.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.util.Optional;
import org.gta4j.attention.AttentionMask;
import org.gta4j.attention.AttentionShape;
import org.gta4j.cache.BlockPool;
import org.gta4j.cache.CacheLayout;
import org.gta4j.cache.CacheType;
import org.gta4j.cache.RaggedBatch;
import org.gta4j.cache.SequenceCache;
import org.gta4j.ops.Activations;
import org.gta4j.ops.Ops;
import org.gta4j.ops.PackedLinear;
import org.gta4j.tensor.DType;
import org.gta4j.tensor.FloatMatrix;
import org.gta4j.tensor.Heads;
import org.gta4j.tensor.Shape;
import org.gta4j.tensor.Tensor;
import org.junit.jupiter.api.Test;

/** Memory that the kernels touch: checked before, freed after, and none taken on the way. */
class NativeMemoryTest {
  private static final AttentionShape SHAPE = AttentionShape.of(5, 1, 64, 1, 128);

  private static long outstanding() {
    return WeightMemory.outstandingBytes() + NativeBuffer.outstandingBytes();
  }

  @Test
  void closingFreesEverythingAlsoAfterCallsThatFailed() {
    RunnableKernels.get();
    long before = outstanding();
    for (int round = 0; round < 3; round++) {
      try (Ops ops = RunnableKernels.start(2, Activations.AUTO);
          Arena arena = Arena.ofShared()) {
        Tensor weight = QuantizedWeights.tensor(arena, DType.Q8_0, 2000, 3200, 1);
        PackedLinear packed = ops.pack(weight, Optional.empty());
        FloatMatrix x = QuantizedWeights.rows(arena, 9, 3200, 1);
        FloatMatrix out = FloatMatrix.allocate(arena, 9, 2000);
        ops.linear(packed, x, out, 9);
        assertThat(outstanding()).isGreaterThan(before + 2000 * 3200);
        assertThatThrownBy(() -> ops.linear(packed, x, out, 10))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("rows: expected at least 10, found 9");
        assertThatThrownBy(() -> ops.linear(packed, out, x, 9))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("inputs: expected 3200, found 2000");
        Tensor bias = Tensor.allocate(arena, DType.F32, Shape.of(7));
        assertThatThrownBy(() -> ops.pack(weight, Optional.of(bias)))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("bias: expected 2000 numbers");
        step(ops, arena, 700, 3);
      }
      assertThat(outstanding()).as("bytes after round %d", round).isEqualTo(before);
    }
  }

  @Test
  void nothingIsCalledWithMemoryThatIsNotThere() {
    try (Ops ops = RunnableKernels.start(1, Activations.F32);
        Arena arena = Arena.ofShared()) {
      PackedLinear packed =
          ops.pack(QuantizedWeights.tensor(arena, DType.Q4_0, 32, 32, 1), Optional.empty());
      FloatMatrix out = FloatMatrix.allocate(arena, 1, 32);
      FloatMatrix heap = new FloatMatrix(MemorySegment.ofArray(new float[32]), 0, 1, 32, 32);
      assertThatThrownBy(() -> ops.linear(packed, heap, out, 1))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("a kernel needs native memory");
      FloatMatrix gone;
      try (Arena closed = Arena.ofShared()) {
        gone = FloatMatrix.allocate(closed, 1, 32);
      }
      assertThatThrownBy(() -> ops.linear(packed, gone, out, 1))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("alive");
      Tensor table = Tensor.allocate(arena, DType.F32, Shape.of(4, 32));
      for (int id : new int[] {-1, 4, Integer.MAX_VALUE}) {
        assertThatThrownBy(() -> ops.embed(table, new int[] {id}, out, 1))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("ids from 0 to 3");
      }
    }
  }

  @Test
  void whatWasPackedIsGoneWhenTheOperationsAreClosed() {
    try (Arena arena = Arena.ofShared()) {
      FloatMatrix x = FloatMatrix.allocate(arena, 1, 32);
      PackedLinear packed;
      Ops closed = RunnableKernels.start(1, Activations.F32);
      try (closed) {
        packed =
            closed.pack(QuantizedWeights.tensor(arena, DType.Q4_0, 32, 32, 1), Optional.empty());
      }
      FloatMatrix out = FloatMatrix.allocate(arena, 1, 32);
      assertThatThrownBy(() -> closed.linear(packed, x, out, 1))
          .isInstanceOfAny(IllegalStateException.class, IllegalArgumentException.class);
    }
  }

  @Test
  void aStepTakesNothingFromTheHeap() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    try (Ops ops = RunnableKernels.start(2, Activations.AUTO);
        Arena arena = Arena.ofShared();
        BlockPool pool = new BlockPool(new CacheLayout(SHAPE, 1, CacheType.F16), 100);
        SequenceCache sequence = new SequenceCache(pool)) {
      PackedLinear packed =
          ops.pack(QuantizedWeights.tensor(arena, DType.Q4_0, 640, 320, 1), Optional.empty());
      FloatMatrix x = QuantizedWeights.rows(arena, 1, 320, 2);
      FloatMatrix out = FloatMatrix.allocate(arena, 1, 640);
      RaggedBatch batch = new RaggedBatch();
      assertThat(sequence.reserve(1601)).isTrue();
      sequence.advance(1600);
      batch.add(sequence, 1);
      Heads keys = QuantizedWeights.rows(arena, 1, 64, 3).heads(1);
      Optional<Heads> values = Optional.of(QuantizedWeights.rows(arena, 1, 128, 4).heads(1));
      Heads attended = FloatMatrix.allocate(arena, 1, 640).heads(5);
      AttentionMask mask = new AttentionMask.Causal();
      Runnable step =
          () -> {
            ops.linear(packed, x, out, 1);
            ops.swiGlu(out, out, 1);
            ops.store(batch, 0, keys, values);
            ops.attention(SHAPE, mask, 0.1f, batch, 0, x.heads(5), attended);
          };
      long least = Long.MAX_VALUE;
      for (int round = 0; round < 20; round++) {
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < 500; i++) {
          step.run();
        }
        least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
      }
      // The measurement itself takes some; 500 steps of one object each would be 8000.
      assertThat(least).isLessThan(4000);
    }
  }

  private static void step(Ops ops, Arena arena, int past, int rows) {
    try (BlockPool pool = new BlockPool(new CacheLayout(SHAPE, 1, CacheType.BF16), 100);
        SequenceCache sequence = new SequenceCache(pool)) {
      assertThat(sequence.reserve(past + rows)).isTrue();
      sequence.advance(past);
      RaggedBatch batch = new RaggedBatch();
      batch.add(sequence, rows);
      Heads keys = QuantizedWeights.rows(arena, rows, 64, 3).heads(1);
      Heads values = QuantizedWeights.rows(arena, rows, 128, 4).heads(1);
      Heads queries = QuantizedWeights.rows(arena, rows, 320, 5).heads(5);
      ops.store(batch, 0, keys, Optional.of(values));
      Heads attended = FloatMatrix.allocate(arena, rows, 640).heads(5);
      ops.attention(SHAPE, new AttentionMask.Causal(), 0.1f, batch, 0, queries, attended);
      assertThatThrownBy(() ->
              ops.attention(SHAPE, new AttentionMask.Causal(), 0.1f, batch, 0, keys, attended))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("queries: expected 5, found 1");
    }
  }
}
