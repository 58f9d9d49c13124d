package org.gta4j.kernels;

import java.lang.foreign.MemorySegment;
import org.gta4j.ops.Workers;
import org.gta4j.tensor.DType;
import org.gta4j.tensor.Heads;

/**
 * A linear layer, or one for each head: the rows are prepared, quantized or interleaved, and then
 * workers share the outputs. Reused for every layer.
 */
final class LinearTask implements AutoCloseable {
  private static final int FORMAT = 0;
  private static final int INPUTS = 1;
  private static final int OUTPUTS = 2;
  private static final int ROWS = 3;
  private static final int QUANTIZED = 4;
  private static final int PANELS = 5;
  private static final int BIAS = 6;
  private static final int X = 7;
  private static final int PREPARED = 10;
  private static final int PREPARED_HEAD = 11;
  private static final int OUT = 12;
  private static final int MEMBERS = 15;

  /** Bytes of a block of quantized inputs, {@code x_block} in gta4j.h. */
  private static final long BLOCK_BYTES = 52;

  /** Multiply-adds that are not worth waking a worker for. */
  private static final long SHARED_PRODUCTS = 1 << 16;

  /** Numbers to prepare that are not worth it. */
  private static final long SHARED_NUMBERS = 1 << 15;

  /** Pieces of a single row's work for each thread: few, since each is a run through memory. */
  private static final int PIECES = 4;

  private final Kernels kernels;
  private final Workers workers;
  private final boolean quantizes;
  private final Arguments arguments = new Arguments(MEMBERS);
  private final NativeBuffer prepared = new NativeBuffer();
  private final Workers.Task prepare = this::prepareItem;
  private final Workers.Task multiply = this::multiplyItem;
  private MemorySegment kernel = MemorySegment.NULL;
  private int chunk;
  private int count;

  LinearTask(Kernels kernels, Workers workers, boolean quantizes) {
    this.kernels = kernels;
    this.workers = workers;
    this.quantizes = quantizes;
  }

  /** Computes {@code out_h = x_h W_hᵀ + b} for every head. */
  void run(
      DType dtype,
      int inputs,
      int outputs,
      MemorySegment panels,
      MemorySegment bias,
      Heads x,
      Heads out,
      int rows) {
    if (rows == 0) {
      return;
    }
    int heads = x.count();
    PanelFormat format = PanelFormat.of(dtype);
    boolean quantized = quantizes && format.isQuantized();
    kernel = quantized ? kernels.linearQuantized : kernels.linearFloat;
    arguments
        .set(FORMAT, format.number())
        .set(INPUTS, inputs)
        .set(OUTPUTS, outputs)
        .set(ROWS, rows)
        .set(QUANTIZED, quantized ? 1 : 0)
        .point(PANELS, panels, 0, Math.multiplyExact(format.bytes(outputs, inputs), heads))
        .point(BIAS, bias, 0, (long) PanelFormat.units(outputs) * PanelFormat.UNIT * Float.BYTES)
        .point(X, x, rows)
        .point(OUT, out, rows);
    if (!quantized && rows == 1) {
      arguments
          .point(PREPARED, x.matrix().data(), x.headByte(0, 0), 0)
          .set(PREPARED_HEAD, (long) x.step() * Float.BYTES);
    } else {
      prepare(inputs, heads, rows, quantized);
    }
    count = heads * PanelFormat.units(outputs);
    if ((long) inputs * outputs * heads * rows < SHARED_PRODUCTS) {
      kernels.run(kernel, arguments, 0, count);
      return;
    }
    chunk = rows == 1 ? Math.max(1, count / (workers.count() * PIECES)) : 1;
    workers.run(Math.ceilDiv(count, chunk), multiply);
  }

  private void prepare(int inputs, int heads, int rows, boolean quantized) {
    long headBytes =
        quantized
            ? (long) rows * (inputs / PanelFormat.BLOCK) * BLOCK_BYTES
            : (long) rows * inputs * Float.BYTES;
    MemorySegment memory = prepared.atLeast(headBytes * heads);
    arguments.point(PREPARED, memory, 0, headBytes * heads).set(PREPARED_HEAD, headBytes);
    int tiles = heads * Math.ceilDiv(rows, kernels.tileRows(quantized));
    if ((long) inputs * rows * heads < SHARED_NUMBERS) {
      kernels.run(kernels.prepare, arguments, 0, tiles);
    } else {
      workers.run(tiles, prepare);
    }
  }

  private void prepareItem(int item, int worker) {
    kernels.run(kernels.prepare, arguments, item, item + 1L);
  }

  private void multiplyItem(int item, int worker) {
    long from = (long) item * chunk;
    kernels.run(kernel, arguments, from, Math.min(from + chunk, count));
  }

  @Override
  public void close() {
    prepared.close();
  }
}
