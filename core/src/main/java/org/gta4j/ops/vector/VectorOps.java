package org.gta4j.ops.vector;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.gta4j.attention.AttentionMask;
import org.gta4j.attention.AttentionShape;
import org.gta4j.cache.RaggedBatch;
import org.gta4j.ops.DenseHeads;
import org.gta4j.ops.DenseLinear;
import org.gta4j.ops.Ops;
import org.gta4j.ops.PackedHeads;
import org.gta4j.ops.PackedLinear;
import org.gta4j.ops.RotaryAngles;
import org.gta4j.ops.Workers;
import org.gta4j.tensor.DType;
import org.gta4j.tensor.FloatMatrix;
import org.gta4j.tensor.Heads;
import org.gta4j.tensor.Tensor;

/**
 * The operations with the Vector API, shared by worker threads; weights stay as they lie in the
 * checkpoint.
 */
final class VectorOps implements Ops {
  /** Outputs an item of a linear layer has; a multiple of {@link LinearKernel#OUTPUTS}. */
  private static final int ITEM_OUTPUTS = 32;

  /**
   * Rows that meet an item's weights before the next weights: their activations stay in the
   * second-level cache.
   */
  private static final int ROW_BLOCK = 64;

  /** Elementwise work below this many floats is not worth waking a worker. */
  private static final int SHARED_FLOATS = 1 << 14;

  private static final float[] NO_BIAS = new float[LinearKernel.OUTPUTS];

  private final Workers workers;
  private final Scratch[] scratch;

  VectorOps(int threads) {
    workers = new Workers(threads);
    scratch = new Scratch[threads];
    for (int i = 0; i < threads; i++) {
      scratch[i] = new Scratch();
    }
  }

  @Override
  public String name() {
    return "vector";
  }

  @Override
  public String describe() {
    return "vector: Java Vector API, %d-bit vectors, f32 arithmetic, %d %s"
        .formatted(Lanes.FLOATS.vectorBitSize(), threads(), threads() == 1 ? "thread" : "threads");
  }

  @Override
  public int threads() {
    return workers.count();
  }

  @Override
  public boolean supportsWeights(DType dtype) {
    return dtype.isWeight();
  }

  @Override
  public boolean supportsCache(DType dtype) {
    return dtype.isCache();
  }

  @Override
  public PackedLinear pack(Tensor weight, Optional<Tensor> bias) {
    return DenseLinear.of(weight, bias);
  }

  @Override
  public PackedHeads packHeads(Tensor weight) {
    return new DenseHeads(weight);
  }

  @Override
  public void embed(Tensor table, int[] ids, FloatMatrix out, int rows) {
    int columns = out.columns();
    long rowBytes = table.dtype().bytes(columns);
    for (int row = 0; row < rows; row++) {
      FloatRows.widen(
          table.dtype(), table.data(), ids[row] * rowBytes, out.data(), out.rowByte(row), columns);
    }
  }

  @Override
  public void linear(PackedLinear weights, FloatMatrix x, FloatMatrix out, int rows) {
    DenseLinear dense = (DenseLinear) weights;
    requireWidth("input", dense.inputs(), x.columns());
    requireWidth("output", dense.outputs(), out.columns());
    int items = (dense.outputs() + ITEM_OUTPUTS - 1) / ITEM_OUTPUTS;
    workers.run(
        items,
        (item, worker) -> {
          int from = item * ITEM_OUTPUTS;
          int to = Math.min(from + ITEM_OUTPUTS, dense.outputs());
          for (int row = 0; row < rows; row += ROW_BLOCK) {
            int count = Math.min(ROW_BLOCK, rows - row);
            outputs(
                dense.weight(),
                0,
                from,
                to,
                x.data(),
                x.rowByte(row),
                x.stride(),
                out.data(),
                out.rowByte(row),
                out.stride(),
                dense.bias(),
                false,
                count,
                worker);
          }
        });
  }

  @Override
  public void headLinear(PackedHeads weights, Heads x, Heads out, int rows) {
    DenseHeads dense = (DenseHeads) weights;
    requireWidth("input", dense.inputs(), x.width());
    requireWidth("output", dense.outputs(), out.width());
    int itemsOfHead = (dense.outputs() + ITEM_OUTPUTS - 1) / ITEM_OUTPUTS;
    workers.run(
        dense.heads() * itemsOfHead,
        (item, worker) -> {
          int head = item / itemsOfHead;
          int from = item % itemsOfHead * ITEM_OUTPUTS;
          int to = Math.min(from + ITEM_OUTPUTS, dense.outputs());
          outputs(
              dense.weight(),
              (long) head * dense.outputs(),
              from,
              to,
              x.matrix().data(),
              x.headByte(0, head),
              x.matrix().stride(),
              out.matrix().data(),
              out.headByte(0, head),
              out.matrix().stride(),
              NO_BIAS,
              true,
              rows,
              worker);
        });
  }

  /**
   * Outputs {@code from} … {@code to − 1} of some rows; the weights' rows begin at row {@code
   * firstWeightRow}. A bias has a number for each output, or, shared, the same few for every tile.
   */
  private void outputs(
      Tensor weight,
      long firstWeightRow,
      int from,
      int to,
      MemorySegment x,
      long xByte,
      int xStride,
      MemorySegment y,
      long yByte,
      int yStride,
      float[] bias,
      boolean shared,
      int rows,
      int worker) {
    int inputs = weight.shape().intSize(weight.shape().rank() - 1);
    long rowBytes = weight.dtype().bytes(inputs);
    boolean widen = weight.dtype() != DType.F32;
    long widened = (long) LinearKernel.OUTPUTS * inputs;
    MemorySegment memory =
        scratch[worker].floats(LinearKernel.PARTIAL_FLOATS + (widen ? widened : 0));
    long widenedByte = (long) LinearKernel.PARTIAL_FLOATS * Float.BYTES;
    LinearKernel.Operands operands =
        new LinearKernel.Operands(
            widen ? memory : weight.data(),
            inputs,
            x,
            (long) xStride * Float.BYTES,
            y,
            (long) yStride * Float.BYTES,
            bias,
            memory);
    for (int o = from; o < to; o += LinearKernel.OUTPUTS) {
      int count = Math.min(LinearKernel.OUTPUTS, to - o);
      long at = (firstWeightRow + o) * rowBytes;
      if (widen) {
        FloatRows.widen(weight.dtype(), weight.data(), at, memory, widenedByte, count * inputs);
        at = widenedByte;
      }
      LinearKernel.tile(
          operands, at, count, shared ? 0 : o, xByte, yByte + (long) o * Float.BYTES, rows);
    }
  }

  @Override
  public void rmsNorm(float[] weight, float epsilon, Heads x, Heads out, int rows) {
    requireWidth("weight", weight.length, x.width());
    rows(
        rows,
        x.count() * x.width(),
        row -> {
          for (int h = 0; h < x.count(); h++) {
            ElementKernels.rmsNorm(
                weight,
                epsilon,
                x.matrix().data(),
                x.headByte(row, h),
                out.matrix().data(),
                out.headByte(row, h),
                x.width());
          }
        });
  }

  @Override
  public void rotate(RotaryAngles angles, Heads x, int rows) {
    requireWidth("head", angles.dimensions(), x.width());
    rows(
        rows,
        x.count() * x.width(),
        row -> {
          for (int h = 0; h < x.count(); h++) {
            ElementKernels.rotate(
                angles,
                angles.cosine().rowByte(row),
                angles.sine().rowByte(row),
                x.matrix().data(),
                x.headByte(row, h),
                x.width() / 2);
          }
        });
  }

  @Override
  public void copyHeads(Heads x, Heads out, int rows) {
    requireWidth("head", x.width(), out.width());
    for (int row = 0; row < rows; row++) {
      for (int h = 0; h < out.count(); h++) {
        int from = (int) ((long) h * x.count() / out.count());
        MemorySegment.copy(
            x.matrix().data(),
            x.headByte(row, from),
            out.matrix().data(),
            out.headByte(row, h),
            (long) x.width() * Float.BYTES);
      }
    }
  }

  @Override
  public void add(FloatMatrix x, FloatMatrix y, int rows) {
    requireWidth("row", x.columns(), y.columns());
    rows(
        rows,
        x.columns(),
        row -> ElementKernels.add(x.data(), x.rowByte(row), y.data(), y.rowByte(row), x.columns()));
  }

  @Override
  public void swiGlu(FloatMatrix gate, FloatMatrix up, int rows) {
    requireWidth("row", gate.columns(), up.columns());
    rows(
        rows,
        gate.columns(),
        row ->
            ElementKernels.swiGlu(
                gate.data(), gate.rowByte(row), up.data(), up.rowByte(row), gate.columns()));
  }

  @Override
  public void sigmoidGate(FloatMatrix gate, FloatMatrix x, int rows) {
    requireWidth("row", gate.columns(), x.columns());
    rows(
        rows,
        x.columns(),
        row ->
            ElementKernels.sigmoidGate(
                gate.data(), gate.rowByte(row), x.data(), x.rowByte(row), x.columns()));
  }

  @Override
  public void store(RaggedBatch batch, int layer, Heads keys, Optional<Heads> values) {
    CacheWriter.store(batch, layer, keys, values);
  }

  @Override
  public void attention(
      AttentionShape shape,
      AttentionMask mask,
      float scale,
      RaggedBatch batch,
      int layer,
      Heads queries,
      Heads attended) {
    requireWidth("query", shape.keyDim(), queries.width());
    requireWidth("attended", shape.valueDim(), attended.width());
    if (batch.rows() == 0) {
      return;
    }
    AttentionTask task = new AttentionTask(shape, mask, scale, batch, layer, queries, attended);
    workers.run(
        task.items(),
        (item, worker) -> task.run(item, scratch[worker].floats(task.scratchFloats())));
  }

  /** Runs a task on every row, on several threads where there is enough to do. */
  private void rows(int rows, int floatsPerRow, RowTask task) {
    if ((long) rows * floatsPerRow < SHARED_FLOATS) {
      for (int row = 0; row < rows; row++) {
        task.run(row);
      }
    } else {
      workers.run(rows, (row, worker) -> task.run(row));
    }
  }

  private interface RowTask {
    void run(int row);
  }

  private static void requireWidth(String what, int expected, int found) {
    if (expected != found) {
      throw new IllegalArgumentException(
          "%s: expected %d floats, found %d".formatted(what, expected, found));
    }
  }

  @Override
  public void close() {
    workers.close();
    for (Scratch memory : scratch) {
      memory.close();
    }
  }
}
