package org.gta4j.ops.vector;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.gta4j.tensor.DType;
import org.gta4j.tensor.Tensor;

/**
 * A tile's weights, a few rows of them, copied out of the checkpoint into arrays that stay in the
 * first-level cache. They may lie in a mapped file, which the JVM's own copying alone reads with
 * care: where the file was cut off it throws an error, and vector loads end the process.
 *
 * <p>One row of activations meets the weights as they are, where there is a kernel for their type;
 * more rows meet them widened to f32. Both compute with the same f32 numbers in the same order, so
 * the results are the same bits.
 */
final class TileWeights {
  /** Rows of weights, that is outputs, in a tile. */
  static final int OUTPUTS = 4;

  private final Scratch scratch;
  private DType dtype = DType.F32;
  private MemorySegment source = MemorySegment.NULL;
  private int inputs;
  private int width;
  private int rowBytes;
  private short[] halves = new short[0];

  private float[] widened = new float[0];

  TileWeights(Scratch scratch) {
    this.scratch = scratch;
  }

  /** Sets the weights that tiles are copied of, and how many floats a widened row takes. */
  void begin(DType type, MemorySegment all, int rowInputs, int rowFloats) {
    dtype = type;
    source = all;
    inputs = rowInputs;
    width = rowFloats;
    rowBytes = Math.toIntExact(dtype.bytes(inputs));
    int floats = Math.multiplyExact(OUTPUTS, width);
    if (widened.length < floats) {
      widened = new float[floats];
    }
    if (isHalves() && halves.length < floats) {
      halves = new short[floats];
    }
  }

  private boolean isHalves() {
    return dtype == DType.F16 || dtype == DType.BF16;
  }

  /**
   * Copies {@code rows} rows, at most {@link #OUTPUTS}, from a byte on. What the others hold then
   * means nothing.
   */
  void copy(long from, int rows) {
    switch (dtype) {
      case F32 -> {
        for (int row = 0; row < rows; row++) {
          long at = from + (long) row * rowBytes;
          MemorySegment.copy(source, Tensor.FLOAT, at, widened, row * width, inputs);
          Arrays.fill(widened, row * width + inputs, (row + 1) * width, 0f);
        }
      }
      case F16, BF16 -> {
        for (int row = 0; row < rows; row++) {
          long at = from + (long) row * rowBytes;
          MemorySegment.copy(source, Tensor.SHORT, at, halves, row * width, inputs);
          Arrays.fill(halves, row * width + inputs, (row + 1) * width, (short) 0);
        }
      }
      default -> widenOthers(from, rows);
    }
  }

  private void widenOthers(long from, int rows) {
    long raw = (long) rows * rowBytes;
    int count = rows * inputs;
    long rawFloats = Math.ceilDiv(raw, (long) Float.BYTES);
    MemorySegment memory = scratch.floats(rawFloats + count);
    long target = rawFloats * Float.BYTES;
    MemorySegment.copy(source, from, memory, 0, raw);
    FloatRows.widen(dtype, memory, 0, memory, target, count);
    for (int row = 0; row < rows; row++) {
      long at = target + (long) row * inputs * Float.BYTES;
      MemorySegment.copy(memory, Tensor.FLOAT, at, widened, row * width, inputs);
      Arrays.fill(widened, row * width + inputs, (row + 1) * width, 0f);
    }
  }

  /** Whether {@link #multiply} knows the type. */
  boolean hasKernel() {
    return dtype == DType.BF16;
  }

  /**
   * Multiplies the rows with the row of activations at {@code from}; the vectors of partial sums go
   * to {@code partials}, one after the other.
   */
  void multiply(float[] x, int from, float[] partials) {
    HalfRows.multiplyBf16(halves, width, x, from, partials);
  }

  /** The rows as f32, each filled up with zeros to whole vectors. */
  float[] widen() {
    switch (dtype) {
      case F16 -> HalfRows.widenF16(halves, widened, OUTPUTS * width);
      case BF16 -> HalfRows.widenBf16(halves, widened, OUTPUTS * width);
      default -> {} // copied as f32 already
    }
    return widened;
  }
}
