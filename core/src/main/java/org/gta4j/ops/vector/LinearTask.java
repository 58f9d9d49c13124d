package org.gta4j.ops.vector;

import java.lang.foreign.MemorySegment;
import org.gta4j.ops.DenseHeads;
import org.gta4j.ops.DenseLinear;
import org.gta4j.ops.Workers;
import org.gta4j.tensor.DType;
import org.gta4j.tensor.FloatMatrix;
import org.gta4j.tensor.Heads;
import org.gta4j.tensor.Tensor;

/**
 * A linear layer, or a matrix per head, in items that workers share: one item is a few outputs of
 * one head for all rows. Set anew for each operation, so that none allocates.
 *
 * <p>Weights are copied, and those of other types than f32 widened, four rows of them at a time,
 * into the worker's scratch memory, which stays in the first-level cache, and meet many rows of
 * activations there.
 */
final class LinearTask implements Workers.Task {
  /** Outputs an item has; a multiple of {@link LinearKernel#OUTPUTS}. */
  private static final int ITEM_OUTPUTS = 32;

  /**
   * Rows that meet an item's weights before the next weights: their activations stay in the
   * second-level cache.
   */
  private static final int ROW_BLOCK = 64;

  private static final float[] NO_BIAS = new float[LinearKernel.OUTPUTS];

  private final Scratch[] scratch;
  private final LinearKernel[] kernels;
  private DType dtype = DType.F32;
  private MemorySegment weights = MemorySegment.NULL;
  private int inputs;
  private int outputs;
  private int itemsOfHead;
  private MemorySegment x = MemorySegment.NULL;
  private long xByte;
  private long xHeadBytes;
  private long xStride;
  private MemorySegment y = MemorySegment.NULL;
  private long yByte;
  private long yHeadBytes;
  private long yStride;
  private float[] bias = NO_BIAS;

  /** Whether the bias has not a number for each output but the same few for every tile. */
  private boolean shared = true;

  private int rows;

  LinearTask(Scratch[] scratch) {
    this.scratch = scratch;
    kernels = new LinearKernel[scratch.length];
    for (int i = 0; i < kernels.length; i++) {
      kernels[i] = new LinearKernel();
    }
  }

  /** Sets a linear layer; returns how many items it has. */
  int begin(DenseLinear layer, FloatMatrix in, FloatMatrix out, int rowCount) {
    weights(layer.weight(), layer.outputs());
    x(in, in.rowByte(0), 0);
    y(out, out.rowByte(0), 0);
    bias = layer.bias();
    shared = false;
    rows = rowCount;
    return itemsOfHead;
  }

  /** Sets a matrix per head; returns how many items it has. */
  int begin(DenseHeads layer, Heads in, Heads out, int rowCount) {
    weights(layer.weight(), layer.outputs());
    x(in.matrix(), in.headByte(0, 0), (long) in.step() * Float.BYTES);
    y(out.matrix(), out.headByte(0, 0), (long) out.step() * Float.BYTES);
    bias = NO_BIAS;
    shared = true;
    rows = rowCount;
    return layer.heads() * itemsOfHead;
  }

  private void weights(Tensor weight, int outputCount) {
    dtype = weight.dtype();
    weights = weight.data();
    inputs = weight.shape().intSize(weight.shape().rank() - 1);
    outputs = outputCount;
    itemsOfHead = (outputs + ITEM_OUTPUTS - 1) / ITEM_OUTPUTS;
  }

  private void x(FloatMatrix matrix, long first, long headBytes) {
    x = matrix.data();
    xByte = first;
    xHeadBytes = headBytes;
    xStride = (long) matrix.stride() * Float.BYTES;
  }

  private void y(FloatMatrix matrix, long first, long headBytes) {
    y = matrix.data();
    yByte = first;
    yHeadBytes = headBytes;
    yStride = (long) matrix.stride() * Float.BYTES;
  }

  @Override
  public void run(int item, int worker) {
    int head = item / itemsOfHead;
    int from = item % itemsOfHead * ITEM_OUTPUTS;
    int to = Math.min(from + ITEM_OUTPUTS, outputs);
    long rowBytes = dtype.bytes(inputs);
    LinearKernel kernel = kernels[worker];
    long floats = (long) LinearKernel.OUTPUTS * inputs;
    MemorySegment memory = scratch[worker].floats(floats + rawFloats(rowBytes));
    kernel.begin(memory, inputs, x, xStride, y, yStride, bias);
    for (int row = 0; row < rows; row += ROW_BLOCK) {
      int count = Math.min(ROW_BLOCK, rows - row);
      long in = xByte + head * xHeadBytes + row * xStride;
      long out = yByte + head * yHeadBytes + row * yStride;
      for (int o = from; o < to; o += LinearKernel.OUTPUTS) {
        int tile = Math.min(LinearKernel.OUTPUTS, to - o);
        copy(((long) head * outputs + o) * rowBytes, tile * rowBytes, tile * inputs, memory);
        int biasAt = shared ? 0 : o;
        kernel.tile(0, tile, biasAt, in, out + (long) o * Float.BYTES, count);
      }
    }
  }

  /** Floats of scratch memory that a tile's weights take as they lie in the file. */
  private long rawFloats(long rowBytes) {
    return dtype == DType.F32 ? 0 : Math.ceilDiv(LinearKernel.OUTPUTS * rowBytes, Float.BYTES);
  }

  /**
   * Brings a tile's weights into scratch memory as f32. They may lie in a mapped file, which the
   * JVM's own copying alone reads with care: where the file was cut off it throws an error, and
   * vector loads end the process.
   */
  private void copy(long from, long bytes, int count, MemorySegment memory) {
    if (dtype == DType.F32) {
      MemorySegment.copy(weights, from, memory, 0, bytes);
      return;
    }
    long raw = (long) LinearKernel.OUTPUTS * inputs * Float.BYTES;
    MemorySegment.copy(weights, from, memory, raw, bytes);
    FloatRows.widen(dtype, memory, raw, memory, 0, count);
  }
}
