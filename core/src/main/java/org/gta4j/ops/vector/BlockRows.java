package org.gta4j.ops.vector;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;
import org.gta4j.tensor.DType;
import org.gta4j.tensor.block.PlainBlocks;

/**
 * Weights in blocks of 32 numbers of 8 or 4 bits ({@link PlainBlocks}), in arrays: widened to f32,
 * or multiplied with a row of activations on the way.
 *
 * <p>A number of 4 bits q with scale d and minimum m is one multiply-add: q · d is exact, so only
 * the sum is rounded, as the specification says. Where there is no minimum, (q − 8) · d is q · d −
 * 8 · d, exact too. An array holds the scales of all blocks of a tile, and then such minima.
 *
 * <p>Multiplying takes two rows at a time: four would hide the multiply-adds' latency, but the
 * compiler stops inlining in a method of so much code. It must not inline these methods into others
 * for the same reason: they are too long for that (more than 325 bytes), with a branch for the
 * widest vectors, whose loops over half a block are one step, and one for the others.
 */
final class BlockRows {
  /** What is subtracted from a number of 4 bits that has no minimum. */
  private static final float MIDDLE = 8;

  private static final int ELEMENTS = PlainBlocks.ELEMENTS;
  private static final int HALF = ELEMENTS / 2;
  private static final int BYTE_BLOCK = DType.Q8_0.blockBytes();
  private static final boolean HALF_A_BLOCK = Lanes.COUNT == HALF;

  /** Vectors of bytes have at least 64 bits; with four lanes, bytes come as an int. */
  private static final boolean AS_BYTES = Lanes.COUNT >= 8;

  private static final VectorSpecies<Byte> BYTES =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, Lanes.COUNT * Byte.SIZE)));
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  // Vectors, not numbers that become vectors at each use, which is more code.
  private static final IntVector LOW_BITS = IntVector.broadcast(Lanes.INTS, 0xF);
  private static final IntVector FOUR = IntVector.broadcast(Lanes.INTS, 4);
  private static final IntVector TO_LOWEST = IntVector.zero(Lanes.INTS).addIndex(1).mul(Byte.SIZE);
  private static final IntVector TO_HIGHEST = TO_LOWEST.neg().add(Integer.SIZE - Byte.SIZE);

  private BlockRows() {}

  /** Makes minima of {@code count} scales, for numbers of 4 bits that have none. */
  static void centre(float[] scales, int minima, int count) {
    for (int block = 0; block < count; block++) {
      scales[minima + block] = -MIDDLE * scales[block];
    }
  }

  /** Widens {@code blocks} blocks of 8-bit numbers. */
  static void widenBytes(byte[] w, int w0, float[] scales, int scale0, int blocks, float[] target) {
    for (int block = 0; block < blocks; block++) {
      int from = w0 + block * BYTE_BLOCK + Short.BYTES;
      FloatVector d = Lanes.broadcast(scales[scale0 + block]);
      for (int i = 0; i < ELEMENTS; i += Lanes.COUNT) {
        floats(signed(w, from + i)).mul(d).intoArray(target, block * ELEMENTS + i);
      }
    }
  }

  /**
   * Widens {@code blocks} blocks of 4-bit numbers, which begin {@code offset} bytes into each.
   * Minima lie {@code minima} behind scales.
   */
  static void widenNibbles(
      byte[] w,
      int w0,
      int offset,
      float[] scales,
      int scale0,
      int minima,
      int blocks,
      float[] target) {
    for (int block = 0; block < blocks; block++) {
      int from = w0 + block * (offset + HALF) + offset;
      FloatVector d = Lanes.broadcast(scales[scale0 + block]);
      FloatVector m = Lanes.broadcast(scales[minima + scale0 + block]);
      for (int i = 0; i < HALF; i += Lanes.COUNT) {
        IntVector both = unsigned(w, from + i);
        int to = block * ELEMENTS + i;
        low(both).fma(d, m).intoArray(target, to);
        high(both).fma(d, m).intoArray(target, to + HALF);
      }
    }
  }

  /**
   * Multiplies two rows of 8-bit numbers, the first of which begins at byte {@code w0}, its scales
   * at {@code scale0}, and is row {@code row} of the tile, with the activations at {@code from}.
   */
  static void multiplyBytes(
      byte[] w,
      int w0,
      float[] scales,
      int scale0,
      int row,
      int blocks,
      float[] x,
      int from,
      float[] partials) {
    FloatVector s0 = FloatVector.zero(Lanes.FLOATS);
    FloatVector s1 = s0;
    int scale1 = scale0 + blocks;
    int first = w0 + Short.BYTES;
    int second = first + blocks * BYTE_BLOCK;
    if (HALF_A_BLOCK) {
      for (int block = 0; block < blocks; block++) {
        int a = first + block * BYTE_BLOCK;
        int b = second + block * BYTE_BLOCK;
        FloatVector v = Lanes.load(x, from + block * ELEMENTS);
        FloatVector u = Lanes.load(x, from + block * ELEMENTS + HALF);
        FloatVector d = Lanes.broadcast(scales[scale0 + block]);
        s0 = floats(signed(w, a)).mul(d).fma(v, s0);
        s0 = floats(signed(w, a + HALF)).mul(d).fma(u, s0);
        d = Lanes.broadcast(scales[scale1 + block]);
        s1 = floats(signed(w, b)).mul(d).fma(v, s1);
        s1 = floats(signed(w, b + HALF)).mul(d).fma(u, s1);
      }
    } else {
      for (int block = 0; block < blocks; block++) {
        int a = first + block * BYTE_BLOCK;
        int b = second + block * BYTE_BLOCK;
        FloatVector d0 = Lanes.broadcast(scales[scale0 + block]);
        FloatVector d1 = Lanes.broadcast(scales[scale1 + block]);
        for (int i = 0; i < ELEMENTS; i += Lanes.COUNT) {
          FloatVector v = Lanes.load(x, from + block * ELEMENTS + i);
          s0 = floats(signed(w, a + i)).mul(d0).fma(v, s0);
          s1 = floats(signed(w, b + i)).mul(d1).fma(v, s1);
        }
      }
    }
    s0.intoArray(partials, row * Lanes.COUNT);
    s1.intoArray(partials, (row + 1) * Lanes.COUNT);
  }

  /**
   * Multiplies two rows of 4-bit numbers, which begin {@code offset} bytes into each block, with
   * the activations at {@code from}. The first row begins at byte {@code w0}, its scales at {@code
   * scale0}, and is row {@code row} of the tile.
   */
  static void multiplyNibbles(
      byte[] w,
      int w0,
      int offset,
      float[] scales,
      int scale0,
      int minima,
      int row,
      int blocks,
      float[] x,
      int from,
      float[] partials) {
    FloatVector s0 = FloatVector.zero(Lanes.FLOATS);
    FloatVector s1 = s0;
    int scale1 = scale0 + blocks;
    int minima0 = scale0 + minima;
    int minima1 = minima0 + blocks;
    int step = offset + HALF;
    int first = w0 + offset;
    int second = first + blocks * step;
    if (HALF_A_BLOCK) {
      for (int block = 0; block < blocks; block++) {
        FloatVector v = Lanes.load(x, from + block * ELEMENTS);
        FloatVector u = Lanes.load(x, from + block * ELEMENTS + HALF);
        IntVector both = unsigned(w, first + block * step);
        FloatVector d = Lanes.broadcast(scales[scale0 + block]);
        FloatVector m = Lanes.broadcast(scales[minima0 + block]);
        s0 = low(both).fma(d, m).fma(v, s0);
        s0 = high(both).fma(d, m).fma(u, s0);
        both = unsigned(w, second + block * step);
        d = Lanes.broadcast(scales[scale1 + block]);
        m = Lanes.broadcast(scales[minima1 + block]);
        s1 = low(both).fma(d, m).fma(v, s1);
        s1 = high(both).fma(d, m).fma(u, s1);
      }
    } else {
      for (int block = 0; block < blocks; block++) {
        int a = first + block * step;
        int b = second + block * step;
        FloatVector d0 = Lanes.broadcast(scales[scale0 + block]);
        FloatVector d1 = Lanes.broadcast(scales[scale1 + block]);
        FloatVector m0 = Lanes.broadcast(scales[minima0 + block]);
        FloatVector m1 = Lanes.broadcast(scales[minima1 + block]);
        for (int i = 0; i < HALF; i += Lanes.COUNT) {
          FloatVector v = Lanes.load(x, from + block * ELEMENTS + i);
          s0 = low(unsigned(w, a + i)).fma(d0, m0).fma(v, s0);
          s1 = low(unsigned(w, b + i)).fma(d1, m1).fma(v, s1);
        }
        for (int i = 0; i < HALF; i += Lanes.COUNT) {
          FloatVector v = Lanes.load(x, from + block * ELEMENTS + HALF + i);
          s0 = high(unsigned(w, a + i)).fma(d0, m0).fma(v, s0);
          s1 = high(unsigned(w, b + i)).fma(d1, m1).fma(v, s1);
        }
      }
    }
    s0.intoArray(partials, row * Lanes.COUNT);
    s1.intoArray(partials, (row + 1) * Lanes.COUNT);
  }

  /** The low halves of bytes, as floats. */
  private static FloatVector low(IntVector bytes) {
    return floats(bytes.and(LOW_BITS));
  }

  /** The high halves of unsigned bytes, as floats. */
  private static FloatVector high(IntVector bytes) {
    return floats(bytes.lanewise(VectorOperators.LSHR, FOUR));
  }

  private static FloatVector floats(IntVector numbers) {
    return (FloatVector) numbers.convert(VectorOperators.I2F, 0);
  }

  private static IntVector unsigned(byte[] source, int at) {
    if (AS_BYTES) {
      ByteVector bytes = ByteVector.fromArray(BYTES, source, at);
      return (IntVector) bytes.convertShape(VectorOperators.ZERO_EXTEND_B2I, Lanes.INTS, 0);
    }
    return IntVector.broadcast(Lanes.INTS, (int) INT.get(source, at))
        .lanewise(VectorOperators.LSHR, TO_LOWEST)
        .and(0xFF);
  }

  private static IntVector signed(byte[] source, int at) {
    if (AS_BYTES) {
      ByteVector bytes = ByteVector.fromArray(BYTES, source, at);
      return (IntVector) bytes.convertShape(VectorOperators.B2I, Lanes.INTS, 0);
    }
    return IntVector.broadcast(Lanes.INTS, (int) INT.get(source, at))
        .lanewise(VectorOperators.LSHL, TO_HIGHEST)
        .lanewise(VectorOperators.ASHR, Integer.SIZE - Byte.SIZE);
  }
}
