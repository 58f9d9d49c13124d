package org.gta4j.ops.vector;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
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

  /**
   * Rows of weights that a kernel for blocks takes at a time; more is more code than is inlined.
   */
  private static final int PAIR = 2;

  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);

  /** Most tiles that are copied at once, and how many bytes if one tile is not more already. */
  private static final int MOST_TILES = 8;

  private static final int COPIED_BYTES = 1 << 13;

  private final Scratch scratch;
  private DType dtype = DType.F32;
  private MemorySegment source = MemorySegment.NULL;
  private int inputs;
  private int width;
  private int blocks;
  private int rowBytes;
  private int group = OUTPUTS;
  private byte[] bytes = new byte[0];
  private short[] halves = new short[0];

  /** Of all blocks the scales, then the minima: what is added to a number times its scale. */
  private float[] scales = new float[0];

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
    blocks = inputs / dtype.blockElements();
    rowBytes = Math.toIntExact(dtype.bytes(inputs));
    int floats = Math.multiplyExact(OUTPUTS, width);
    if (widened.length < floats) {
      widened = new float[floats];
    }
    group = OUTPUTS;
    switch (dtype) {
      case F16, BF16 -> {
        if (halves.length < floats) {
          halves = new short[floats];
        }
      }
      case Q8_0, Q4_0, Q4_1 -> {
        group = OUTPUTS * Math.clamp(COPIED_BYTES / rowBytes / OUTPUTS, 1, MOST_TILES);
        if (bytes.length < Math.multiplyExact(group, rowBytes)) {
          bytes = new byte[group * rowBytes];
        }
        if (scales.length < 2 * group * blocks) {
          scales = new float[2 * group * blocks];
        }
        if (halves.length < group * blocks) {
          halves = new short[group * blocks];
        }
      }
      default -> {}
    }
  }

  /**
   * How many rows {@link #copy} takes at most: several tiles of those types whose rows are short,
   * since a start of each loop costs too.
   */
  int group() {
    return group;
  }

  /** Copies {@code rows} rows from a byte on. What the others hold then means nothing. */
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
      case Q8_0, Q4_0, Q4_1 -> {
        MemorySegment.copy(source, ValueLayout.JAVA_BYTE, from, bytes, 0, rows * rowBytes);
        scales(rows * blocks);
      }
      default -> widenOthers(from, rows);
    }
  }

  /**
   * Widens the scales and minima of {@code count} blocks. They are gathered first, so that the
   * compiler makes one instruction a vector of the rest; one by one they take as long as the
   * weights.
   */
  private void scales(int count) {
    gather(bytes, 0, dtype.blockBytes(), halves, count);
    HalfRows.widenF16(halves, 0, scales, 0, count);
    int minima = group * blocks;
    if (dtype == DType.Q4_1) {
      gather(bytes, Short.BYTES, dtype.blockBytes(), halves, count);
      HalfRows.widenF16(halves, 0, scales, minima, count);
    } else if (dtype == DType.Q4_0) {
      BlockRows.centre(scales, minima, count);
    }
  }

  private static void gather(byte[] w, int from, int step, short[] halves, int count) {
    for (int block = 0; block < count; block++) {
      halves[block] = (short) SHORT.get(w, from + block * step);
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
    return dtype == DType.BF16 || dtype == DType.Q8_0 || dtype == DType.Q4_0 || dtype == DType.Q4_1;
  }

  /**
   * Multiplies a tile's rows, from {@code first} on, with the row of activations at {@code from};
   * the vectors of partial sums go to {@code partials}, one after the other.
   */
  void multiply(int first, float[] x, int from, float[] partials) {
    if (dtype == DType.BF16) {
      HalfRows.multiplyBf16(halves, width, x, from, partials);
      return;
    }
    for (int row = 0; row < OUTPUTS; row += PAIR) {
      int at = (first + row) * rowBytes;
      int scale = (first + row) * blocks;
      if (dtype == DType.Q8_0) {
        BlockRows.multiplyBytes(bytes, at, scales, scale, row, blocks, x, from, partials);
      } else {
        BlockRows.multiplyNibbles(
            bytes, at, nibblesAt(), scales, scale, group * blocks, row, blocks, x, from, partials);
      }
    }
  }

  /** Where in a block its numbers of 4 bits begin. */
  private int nibblesAt() {
    return dtype.blockBytes() - dtype.blockElements() / 2;
  }

  /** A tile's rows, from {@code first} on, as f32, each filled up with zeros to whole vectors. */
  float[] widen(int first) {
    int count = OUTPUTS * blocks;
    switch (dtype) {
      case F16 -> HalfRows.widenF16(halves, 0, widened, 0, OUTPUTS * width);
      case BF16 -> HalfRows.widenBf16(halves, widened, OUTPUTS * width);
      case Q8_0 ->
          BlockRows.widenBytes(bytes, first * rowBytes, scales, first * blocks, count, widened);
      case Q4_0, Q4_1 ->
          BlockRows.widenNibbles(
              bytes,
              first * rowBytes,
              nibblesAt(),
              scales,
              first * blocks,
              group * blocks,
              count,
              widened);
      default -> {} // copied as f32 already
    }
    return widened;
  }
}
