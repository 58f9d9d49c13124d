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
 * one head for a block of rows. Set anew for each operation, so that none allocates.
 *
 * <p>Items are numbered block by block: a worker copies a block's activations once, since the
 * following items mostly need the same.
 */
final class LinearTask implements Workers.Task {
  /** Outputs an item has; a multiple of {@link LinearKernel#OUTPUTS}. */
  private static final int ITEM_OUTPUTS = 32;

  /** Activations a block has at most: half a megabyte stays in the second-level cache. */
  private static final int BLOCK_FLOATS = 1 << 17;

  private static final int LEAST_ROWS = 16;
  private static final int MOST_ROWS = 128;

  private static final float[] NO_BIAS = new float[LinearKernel.OUTPUTS];

  private final LinearKernel[] kernels;

  /** Counts operations, so that a worker knows the activations it has copied. */
  private long operation;

  private DType dtype = DType.F32;
  private MemorySegment weights = MemorySegment.NULL;
  private int inputs;
  private int outputs;
  private int itemsOfHead;
  private int itemsOfBlock;
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
  private int rowsOfBlock;

  LinearTask(Scratch[] scratch) {
    kernels = new LinearKernel[scratch.length];
    for (int i = 0; i < kernels.length; i++) {
      kernels[i] = new LinearKernel(scratch[i]);
    }
  }

  /** Sets a linear layer; returns how many items it has. */
  int begin(DenseLinear layer, FloatMatrix in, FloatMatrix out, int rowCount) {
    weights(layer.weight(), layer.outputs());
    x(in, in.rowByte(0), 0);
    y(out, out.rowByte(0), 0);
    bias = layer.bias();
    shared = false;
    return items(1, rowCount);
  }

  /** Sets a matrix per head; returns how many items it has. */
  int begin(DenseHeads layer, Heads in, Heads out, int rowCount) {
    weights(layer.weight(), layer.outputs());
    x(in.matrix(), in.headByte(0, 0), (long) in.step() * Float.BYTES);
    y(out.matrix(), out.headByte(0, 0), (long) out.step() * Float.BYTES);
    bias = NO_BIAS;
    shared = true;
    return items(layer.heads(), rowCount);
  }

  private void weights(Tensor weight, int outputCount) {
    dtype = weight.dtype();
    weights = weight.data();
    inputs = weight.shape().intSize(weight.shape().rank() - 1);
    outputs = outputCount;
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

  private int items(int heads, int rowCount) {
    operation++;
    rows = rowCount;
    int fitting = BLOCK_FLOATS / inputs / LinearKernel.ROWS * LinearKernel.ROWS;
    rowsOfBlock = Math.clamp(fitting, LEAST_ROWS, MOST_ROWS);
    itemsOfHead = Math.ceilDiv(outputs, ITEM_OUTPUTS);
    itemsOfBlock = Math.multiplyExact(heads, itemsOfHead);
    return Math.multiplyExact(itemsOfBlock, Math.ceilDiv(rows, rowsOfBlock));
  }

  @Override
  public void run(int item, int worker) {
    int row = item / itemsOfBlock * rowsOfBlock;
    int head = item % itemsOfBlock / itemsOfHead;
    int from = item % itemsOfHead * ITEM_OUTPUTS;
    int to = Math.min(from + ITEM_OUTPUTS, outputs);
    int count = Math.min(rowsOfBlock, rows - row);
    LinearKernel kernel = kernels[worker];
    kernel.weights(dtype, weights, inputs);
    if (!kernel.has(operation, head, row)) {
      kernel.activations(x, xByte + head * xHeadBytes + row * xStride, xStride, count);
    }
    long out = yByte + head * yHeadBytes + row * yStride;
    long rowBytes = dtype.bytes(inputs);
    long first = ((long) head * outputs + from) * rowBytes;
    long results = out + (long) from * Float.BYTES;
    kernel.outputs(first, rowBytes, to - from, y, results, yStride, bias, from, shared);
  }
}
