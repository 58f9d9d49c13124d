package org.gta4j.tensor.block;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Blocks of 256 numbers in parts, whose scales are numbers of a few bits themselves: Q4_K, Q5_K and
 * Q6_K.
 *
 * <pre>
 * Q4_K   d | dmin | 12 bytes of scales and minima | 128 bytes
 * Q5_K   d | dmin | 12 bytes of scales and minima | 32 bytes of fifth bits | 128 bytes
 * Q6_K   128 bytes of four low bits | 64 bytes of two high bits | 16 × int8 scales | d
 * </pre>
 *
 * <p>Q4_K and Q5_K have eight parts of 32 numbers, each with a scale s and a minimum t of six bits:
 * {@code (d · s) · q − dmin · t}. Q6_K has sixteen parts of 16: {@code (d · s) · (q − 32)}. All
 * arithmetic is f32, as in ggml's dequantization.
 *
 * <p>Every method takes where a block begins, in bytes into {@code data}.
 */
public final class SuperBlocks {
  /** Numbers a block. */
  public static final int ELEMENTS = 256;

  /** Numbers a part of a Q4_K or Q5_K block. */
  public static final int PART = 32;

  /** Where the packed scales of a Q4_K or Q5_K block begin. */
  private static final int SCALES = 4;

  /** Where the four low bits of a Q4_K block's numbers begin. */
  public static final int Q4_BITS = 16;

  /** Where the fifth bits of a Q5_K block's numbers begin: bit p of byte i is part p's. */
  public static final int Q5_HIGH = 16;

  /** Where the four low bits of a Q5_K block's numbers begin. */
  public static final int Q5_BITS = 48;

  /** Where the two high bits of a Q6_K block's numbers begin. */
  public static final int Q6_HIGH = 128;

  /** Where the scales of a Q6_K block begin. */
  public static final int Q6_SCALES = 192;

  /** Where the scale of all of a Q6_K block is. */
  private static final int Q6_D = 208;

  private SuperBlocks() {}

  /** A number of a Q4_K block. */
  public static float q4k(MemorySegment data, long block, int index) {
    int part = index / PART;
    int q = fourBits(data, block + Q4_BITS, part, index % PART);
    return scale(data, block, part) * q - minimum(data, block, part);
  }

  /** A number of a Q5_K block. */
  public static float q5k(MemorySegment data, long block, int index) {
    int part = index / PART;
    int i = index % PART;
    int fifth = data.get(ValueLayout.JAVA_BYTE, block + Q5_HIGH + i) >> part & 1;
    int q = fourBits(data, block + Q5_BITS, part, i) | fifth << 4;
    return scale(data, block, part) * q - minimum(data, block, part);
  }

  /** A number of a Q6_K block. */
  public static float q6k(MemorySegment data, long block, int index) {
    // Each half of the block has four rows of 32 numbers: the low halves of 64 bytes, then the
    // high ones; their high bits share 32 bytes.
    int half = index / 128;
    int row = index % 128 / 32;
    int i = index % 32;
    int low = data.get(ValueLayout.JAVA_BYTE, block + half * 64L + row % 2 * 32L + i);
    int high = data.get(ValueLayout.JAVA_BYTE, block + Q6_HIGH + half * 32L + i);
    int q = (row < 2 ? low & 0xF : low >> 4 & 0xF) | (high >> (2 * row) & 3) << 4;
    return q6Scale(data, block, index / 16) * (q - 32);
  }

  /** What the numbers of a part of a Q4_K or Q5_K block are multiplied by. */
  public static float scale(MemorySegment data, long block, int part) {
    return PlainBlocks.half(data, block) * sixBits(data, block + SCALES, part, 0);
  }

  /** What is subtracted from the numbers of a part of a Q4_K or Q5_K block. */
  public static float minimum(MemorySegment data, long block, int part) {
    return PlainBlocks.half(data, block + 2) * sixBits(data, block + SCALES, part, 4);
  }

  /** What the numbers of a part, of 16, of a Q6_K block are multiplied by. */
  public static float q6Scale(MemorySegment data, long block, int part) {
    return PlainBlocks.half(data, block + Q6_D)
        * data.get(ValueLayout.JAVA_BYTE, block + Q6_SCALES + part);
  }

  /**
   * Scales (first = 0) and minima (first = 4) of parts 0 to 3 are the low six bits of four bytes
   * each. Those of parts 4 to 7 have their low four bits in the last four bytes, scales in the low
   * halves, and their high two bits on top of the first eight bytes.
   */
  private static int sixBits(MemorySegment data, long at, int part, int first) {
    int own = data.get(ValueLayout.JAVA_BYTE, at + first + part % 4);
    if (part < 4) {
      return own & 63;
    }
    int both = data.get(ValueLayout.JAVA_BYTE, at + 4 + part);
    return (first == 0 ? both & 0xF : both >> 4 & 0xF) | (own >> 6 & 3) << 4;
  }

  /** Parts lie in pairs in 32 bytes: the first in the low halves, the second in the high ones. */
  private static int fourBits(MemorySegment data, long at, int part, int i) {
    int both = data.get(ValueLayout.JAVA_BYTE, at + (long) part / 2 * PART + i);
    return part % 2 == 0 ? both & 0xF : both >> 4 & 0xF;
  }
}
