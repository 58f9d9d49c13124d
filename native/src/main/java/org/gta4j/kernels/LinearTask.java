package org.gta4j.kernels;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.gta4j.ops.PackedLinear;
import org.gta4j.ops.ShrinkingRuns;
import org.gta4j.ops.Workers;
import org.gta4j.tensor.DType;
import org.gta4j.tensor.FloatMatrix;
import org.gta4j.tensor.Heads;

/**
 * A linear layer, one for each head, or several of one input: the rows are prepared, quantized or
 * interleaved, and then workers share the outputs of all. Reused for every layer.
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

  private final Kernels kernels;
  private final Workers workers;
  private final boolean quantizes;
  private final List<Arguments> parts = new ArrayList<>();
  private int[] ends = new int[4]; // units of all parts up to this one
  private final NativeBuffer prepared = new NativeBuffer();
  private final Workers.Task prepare = this::prepareItem;
  private final Workers.Task multiplyRun = this::multiplyRun;
  private final Workers.Task multiplyUnit = this::multiplyUnit;
  private final ShrinkingRuns runs = new ShrinkingRuns();
  private MemorySegment kernel = MemorySegment.NULL;
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
    count = 0;
    add(dtype, inputs, outputs, panels, bias, x, out, rows);
    prepare(inputs, x, rows, isQuantized(dtype));
    multiply((long) inputs * outputs * x.count() * rows, rows);
  }

  /** Computes {@code out_i = x W_iᵀ + b_i} for every layer, which all read {@code x}. */
  void run(List<PackedLinear> layers, FloatMatrix x, FloatMatrix[] outs, int rows) {
    int next = 0;
    while (rows > 0 && next < layers.size()) {
      PanelLinear first = (PanelLinear) layers.get(next);
      count = 0;
      long products = 0;
      PanelLinear layer = first;
      do {
        add(
            layer.dtype(),
            layer.inputs(),
            layer.outputs(),
            layer.panels(),
            layer.bias(),
            x.heads(1),
            outs[next].heads(1),
            rows);
        products += (long) layer.inputs() * layer.outputs() * rows;
        next++;
        layer = next < layers.size() ? (PanelLinear) layers.get(next) : first;
      } while (next < layers.size() && sharesInputs(first.dtype(), layer.dtype()));
      prepare(first.inputs(), x.heads(1), rows, isQuantized(first.dtype()));
      multiply(products, rows);
    }
  }

  private boolean isQuantized(DType dtype) {
    return quantizes && PanelFormat.of(dtype).isQuantized();
  }

  /** Whether inputs prepared for weights of one type can be read by those of another. */
  private boolean sharesInputs(DType one, DType other) {
    return isQuantized(one) == isQuantized(other)
        && (!isQuantized(one) || PanelFormat.of(one).offset() == PanelFormat.of(other).offset());
  }

  /** Adds a layer to those that are computed together. */
  private void add(
      DType dtype,
      int inputs,
      int outputs,
      MemorySegment panels,
      MemorySegment bias,
      Heads x,
      Heads out,
      int rows) {
    int heads = x.count();
    PanelFormat format = PanelFormat.of(dtype);
    if (count == parts.size()) {
      parts.add(new Arguments(MEMBERS));
      ends = Arrays.copyOf(ends, Math.max(ends.length, parts.size()));
    }
    boolean quantized = isQuantized(dtype);
    kernel = quantized ? kernels.linearQuantized : kernels.linearFloat;
    parts
        .get(count)
        .set(FORMAT, format.number())
        .set(INPUTS, inputs)
        .set(OUTPUTS, outputs)
        .set(ROWS, rows)
        .set(QUANTIZED, quantized ? 1 : 0)
        .point(PANELS, panels, 0, Math.multiplyExact(format.bytes(outputs, inputs), heads))
        .point(BIAS, bias, 0, (long) PanelFormat.units(outputs) * PanelFormat.UNIT * Float.BYTES)
        .point(X, x, rows)
        .point(OUT, out, rows);
    int before = count == 0 ? 0 : ends[count - 1];
    ends[count++] = Math.addExact(before, Math.multiplyExact(heads, PanelFormat.units(outputs)));
  }

  /** Prepares the input that all parts read. */
  private void prepare(int inputs, Heads x, int rows, boolean quantized) {
    int heads = x.count();
    if (!quantized && rows == 1) {
      for (int part = 0; part < count; part++) {
        parts
            .get(part)
            .point(PREPARED, x.matrix().data(), x.headByte(0, 0), 0)
            .set(PREPARED_HEAD, (long) x.step() * Float.BYTES);
      }
      return;
    }
    long headBytes =
        quantized
            ? (long) rows * (inputs / PanelFormat.BLOCK) * BLOCK_BYTES
            : (long) rows * inputs * Float.BYTES;
    MemorySegment memory = prepared.atLeast(headBytes * heads);
    for (int part = 0; part < count; part++) {
      parts.get(part).point(PREPARED, memory, 0, headBytes * heads).set(PREPARED_HEAD, headBytes);
    }
    int tiles = heads * Math.ceilDiv(rows, kernels.tileRows(quantized));
    if ((long) inputs * rows * heads < SHARED_NUMBERS) {
      kernels.run(kernels.prepare, parts.getFirst(), 0, tiles);
    } else {
      workers.run(tiles, prepare);
    }
  }

  private void multiply(long products, int rows) {
    int units = ends[count - 1];
    if (products < SHARED_PRODUCTS) {
      multiply(0, units);
      return;
    }
    if (rows == 1) {
      workers.run(runs.cut(units, workers.count()), multiplyRun);
    } else {
      workers.run(units, multiplyUnit); // For many rows a unit is work enough.
    }
  }

  private void prepareItem(int item, int worker) {
    kernels.run(kernels.prepare, parts.getFirst(), item, item + 1L);
  }

  private void multiplyRun(int item, int worker) {
    multiply(runs.begin(item), runs.end(item));
  }

  private void multiplyUnit(int item, int worker) {
    multiply(item, item + 1);
  }

  /** Computes units {@code from} to {@code to − 1}, counted through all parts. */
  private void multiply(int from, int to) {
    int begin = 0;
    for (int part = 0; part < count; part++) {
      int first = Math.max(from, begin);
      int last = Math.min(to, ends[part]);
      if (first < last) {
        kernels.run(kernel, parts.get(part), first - begin, last - begin);
      }
      begin = ends[part];
    }
  }

  @Override
  public void close() {
    prepared.close();
  }
}
