package org.gta4j.ops.vector;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import org.gta4j.attention.AttentionMask;
import org.gta4j.attention.AttentionShape;
import org.gta4j.cache.CacheType;
import org.gta4j.cache.RaggedBatch;
import org.gta4j.ops.Activations;
import org.gta4j.ops.DenseHeads;
import org.gta4j.ops.DenseLinear;
import org.gta4j.ops.JavaReading;
import org.gta4j.ops.MemoryReading;
import org.gta4j.ops.Ops;
import org.gta4j.ops.OpsChecks;
import org.gta4j.ops.PackedHeads;
import org.gta4j.ops.PackedLinear;
import org.gta4j.ops.RotaryAngles;
import org.gta4j.ops.Workers;
import org.gta4j.tensor.DType;
import org.gta4j.tensor.FloatMatrix;
import org.gta4j.tensor.Heads;
import org.gta4j.tensor.Tensor;

/**
 * The operations with the Vector API, shared by worker threads. Weights in blocks of 32 numbers are
 * packed into memory of its own, which is freed when it is closed; others stay as they lie in the
 * checkpoint.
 */
final class VectorOps implements Ops {
  /** Elementwise work below this many floats is not worth waking a worker. */
  private static final int SHARED_FLOATS = 1 << 14;

  private final boolean quantizing;
  private final Workers workers;
  private final Scratch[] scratch;
  private final PanelPacking packing;
  private final PanelTask panels;
  private final LinearTask linear;
  private final AttentionTask attention;
  private final RowTasks rowTasks = new RowTasks();

  VectorOps(int threads, Activations activations) {
    quantizing = activations == Activations.AUTO;
    workers = new Workers(threads);
    scratch = new Scratch[threads];
    for (int i = 0; i < threads; i++) {
      scratch[i] = new Scratch();
    }
    packing = new PanelPacking(workers, quantizing);
    panels = new PanelTask(threads, quantizing);
    linear = new LinearTask(scratch);
    attention = new AttentionTask(scratch);
  }

  @Override
  public String name() {
    return "vector";
  }

  @Override
  public String describe(boolean quantized) {
    return "vector: Java Vector API, %d-bit vectors, %s, %d %s"
        .formatted(
            Lanes.FLOATS.vectorBitSize(),
            quantized && quantizing
                ? "f32 arithmetic, 8-bit activations where weights have 4 bits"
                : "f32 arithmetic",
            threads(),
            threads() == 1 ? "thread" : "threads");
  }

  @Override
  public String kernels() {
    return "Vector API, %d bits".formatted(Lanes.FLOATS.vectorBitSize());
  }

  @Override
  public MemoryReading reading(long bytes) {
    return new JavaReading(workers, bytes);
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
  public boolean quantizesInputsOf(DType weights) {
    return quantizing && PanelFormat.of(weights).filter(PanelFormat::isNibbles).isPresent();
  }

  @Override
  public boolean supportsCache(CacheType type) {
    return true;
  }

  @Override
  public PackedLinear pack(Tensor weight, Optional<Tensor> bias) {
    return packing
        .pack(weight, bias)
        .<PackedLinear>map(packed -> packed)
        .orElseGet(() -> DenseLinear.of(weight, bias));
  }

  @Override
  public PackedHeads packHeads(Tensor weight) {
    return new DenseHeads(weight);
  }

  @Override
  public void embed(Tensor table, int[] ids, FloatMatrix out, int rows) {
    OpsChecks.embed(table, ids, out, rows);
    int columns = out.columns();
    long rowBytes = table.dtype().bytes(columns);
    // Copied first, since it may lie in a mapped file: see LinearTask.
    MemorySegment raw = scratch[0].floats(Math.ceilDiv(rowBytes, Float.BYTES));
    for (int row = 0; row < rows; row++) {
      MemorySegment.copy(table.data(), ids[row] * rowBytes, raw, 0, rowBytes);
      FloatRows.widen(table.dtype(), raw, 0, out.data(), out.rowByte(row), columns);
    }
  }

  @Override
  public void linear(PackedLinear weights, FloatMatrix x, FloatMatrix out, int rows) {
    OpsChecks.linear(weights, x, out, rows);
    if (weights instanceof PanelLinear packed) {
      workers.run(panels.begin(packed, x, out, rows), panels);
    } else {
      workers.run(linear.begin((DenseLinear) weights, x, out, rows), linear);
    }
  }

  @Override
  public void linears(List<PackedLinear> layers, FloatMatrix x, FloatMatrix[] outs, int rows) {
    OpsChecks.linears(layers, x, outs, rows);
    if (PanelTask.isOneTask(layers)) {
      workers.run(panels.begin(layers, x, outs, rows), panels);
    } else {
      for (int i = 0; i < outs.length; i++) {
        linear(layers.get(i), x, outs[i], rows);
      }
    }
  }

  @Override
  public void headLinear(PackedHeads weights, Heads x, Heads out, int rows) {
    OpsChecks.headLinear(weights, x, out, rows);
    DenseHeads dense = (DenseHeads) weights;
    workers.run(linear.begin(dense, x, out, rows), linear);
  }

  @Override
  public void rmsNorm(float[] weight, float epsilon, Heads x, Heads out, int rows) {
    OpsChecks.rmsNorm(weight, x, out, rows);
    rows(rows, x.count() * x.width(), rowTasks.norm.of(weight, epsilon, x, out));
  }

  @Override
  public void rotate(RotaryAngles angles, Heads x, int rows) {
    OpsChecks.rotate(angles, x, rows);
    rows(rows, x.count() * x.width(), rowTasks.rotate.of(angles, x));
  }

  @Override
  public void copyHeads(Heads x, Heads out, int rows) {
    OpsChecks.copyHeads(x, out, rows);
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
    OpsChecks.pair("add", x, y, rows);
    rows(rows, x.columns(), rowTasks.add.of(x, y));
  }

  @Override
  public void swiGlu(FloatMatrix gate, FloatMatrix up, int rows) {
    OpsChecks.pair("swiGlu", gate, up, rows);
    rows(rows, gate.columns(), rowTasks.swiGlu.of(gate, up));
  }

  @Override
  public void sigmoidGate(FloatMatrix gate, FloatMatrix x, int rows) {
    OpsChecks.pair("sigmoidGate", gate, x, rows);
    rows(rows, x.columns(), rowTasks.sigmoidGate.of(x, gate));
  }

  @Override
  public void store(RaggedBatch batch, int layer, Heads keys, Optional<Heads> values) {
    OpsChecks.store(batch, layer, keys, values);
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
    OpsChecks.attention(shape, batch, layer, queries, attended);
    if (batch.rows() == 0) {
      return;
    }
    int items = attention.begin(shape, mask, scale, batch, layer, queries, attended);
    workers.run(items, attention);
  }

  /** Runs a task on every row, on several threads where there is enough to do. */
  private void rows(int rows, int floatsPerRow, RowTasks.RowTask task) {
    if ((long) rows * floatsPerRow < SHARED_FLOATS) {
      for (int row = 0; row < rows; row++) {
        task.row(row);
      }
    } else {
      workers.run(rows, task);
    }
  }

  @Override
  public void close() {
    workers.close();
    for (Scratch memory : scratch) {
      memory.close();
    }
    packing.close();
  }
}
