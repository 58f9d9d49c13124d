package org.gta4j.tensor.block;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Blocks of 32 numbers with one scale d (f16) and, in the types ending in 1, one minimum m (f16):
 * Q8_0, Q4_0, Q4_1, Q5_0 and Q5_1.
 *
 * <pre>
 * Q8_0   d | 32 × int8                          q · d
 * Q4_0   d | 16 bytes                      (q − 8) · d
 * Q4_1   d | m | 16 bytes                    q · d + m
 * Q5_0   d | 32 fifth bits | 16 bytes     (q − 16) · d
 * Q5_1   d | m | 32 fifth bits | 16 bytes    q · d + m
 * </pre>
 *
 * <p>Of the 16 bytes the low halves are numbers 0 to 15 and the high halves numbers 16 to 31. All
 * arithmetic is f32, as in ggml's dequantization.
 *
 * <p>Every method takes where a block begins, in bytes into {@code data}, and the number's index in
 * it.
 */
public final class PlainBlocks {
  /** Numbers a block. */
  public static final int ELEMENTS = 32;

  private static final int HALF = ELEMENTS / 2;
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private PlainBlocks() {}

  /** The f16 at a byte, as f32. */
  public static float half(MemorySegment data, long at) {
    return Float.float16ToFloat(data.get(SHORT, at));
  }

  /** A number of a Q8_0 block. */
  public static float q80(MemorySegment data, long block, int index) {
    return data.get(ValueLayout.JAVA_BYTE, block + 2 + index) * half(data, block);
  }

  /** A number of a Q4_0 block. */
  public static float q40(MemorySegment data, long block, int index) {
    return (fourBits(data, block + 2, index) - 8) * half(data, block);
  }

  /** A number of a Q4_1 block. */
  public static float q41(MemorySegment data, long block, int index) {
    return fourBits(data, block + 4, index) * half(data, block) + half(data, block + 2);
  }

  /** A number of a Q5_0 block. */
  public static float q50(MemorySegment data, long block, int index) {
    return (fiveBits(data, block + 2, index) - 16) * half(data, block);
  }

  /** A number of a Q5_1 block. */
  public static float q51(MemorySegment data, long block, int index) {
    return fiveBits(data, block + 4, index) * half(data, block) + half(data, block + 2);
  }

  private static int fourBits(MemorySegment data, long at, int index) {
    int both = data.get(ValueLayout.JAVA_BYTE, at + index % HALF);
    return index < HALF ? both & 0xF : both >> 4 & 0xF;
  }

  private static int fiveBits(MemorySegment data, long at, int index) {
    int fifth = data.get(INT, at) >>> index & 1;
    return fourBits(data, at + Integer.BYTES, index) | fifth << 4;
  }
}
