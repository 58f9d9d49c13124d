package org.gta4j.tensor.block;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Rounds numbers to blocks of {@link PlainBlocks}' types Q8_0 and Q4_0, 32 at a time. The usual way
 * takes the scale from the number furthest from 0; here several scales are tried, and for the
 * integers that each gives also the one that fits them best, {@code Σ x q / Σ q²}. Each is rounded
 * to f16 before its error is taken, and the one with the smallest squared error stays. The usual
 * one is tried first, so that a block is never worse than it.
 *
 * <p>Not thread-safe.
 */
public final class BlockQuantizer {
  private static final int ELEMENTS = PlainBlocks.ELEMENTS;
  private static final float LARGEST_F16 = 65504;
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /**
   * What the number furthest from 0 becomes; the usual first. Whole ones find the scale of numbers
   * again that were in blocks before.
   */
  private static final float[] EIGHT_BITS = {127, 126, 125, 124, 126.5f, 125.5f, 127.5f};

  /** With one integer more below 0 than above, that number becomes −8, whatever its sign. */
  private static final float[] FOUR_BITS = {
    -8, -7, 7, -7.25f, -7.5f, -7.75f, -8.25f, -8.5f, -8.75f, -9, 6.5f, 7.5f
  };

  private final boolean packsPairs;
  private final int least;
  private final int most;
  private final float[] divisors;
  private int[] best = new int[ELEMENTS];
  private int[] tried = new int[ELEMENTS];

  /** The integers of the last attempt: {@code best} or {@code tried}. */
  private int[] last = tried;

  private float bestScale;
  private double bestError;

  private BlockQuantizer(boolean packsPairs, int least, int most, float... divisors) {
    this.packsPairs = packsPairs;
    this.least = least;
    this.most = most;
    this.divisors = divisors;
  }

  /** For Q8_0: integers from −127 to 127, so that each has its opposite. */
  public static BlockQuantizer q80() {
    return new BlockQuantizer(false, -127, 127, EIGHT_BITS);
  }

  /** For Q4_0: integers from −8 to 7. */
  public static BlockQuantizer q40() {
    return new BlockQuantizer(true, -8, 7, FOUR_BITS);
  }

  /** The largest magnitude that a block holds: f16 has no larger scale. */
  public float limit() {
    return LARGEST_F16 * Math.abs(divisors[0]);
  }

  /**
   * Writes a block.
   *
   * @param numbers 32 finite numbers up to {@link #limit}
   * @param to where the block goes, from byte {@code at} on
   * @return the sum of squared errors
   */
  public double write(float[] numbers, MemorySegment to, long at) {
    float extreme = 0;
    for (float number : numbers) {
      extreme = Math.abs(number) > Math.abs(extreme) ? number : extreme;
    }
    extreme = packsPairs ? extreme : Math.abs(extreme);
    bestError = Double.POSITIVE_INFINITY;
    for (int i = 0; i < divisors.length && bestError > 0; i++) {
      float scale = halfOf(extreme / divisors[i]);
      if (Math.abs(scale) <= LARGEST_F16) {
        attempt(numbers, fitting(numbers, attempt(numbers, scale)));
      }
    }
    to.set(SHORT, at, Float.floatToFloat16(bestScale));
    for (int i = 0; packsPairs && i < ELEMENTS / 2; i++) {
      int both = (best[i] - least) | ((best[i + ELEMENTS / 2] - least) << 4);
      to.set(ValueLayout.JAVA_BYTE, at + 2 + i, (byte) both);
    }
    for (int i = 0; !packsPairs && i < ELEMENTS; i++) {
      to.set(ValueLayout.JAVA_BYTE, at + 2 + i, (byte) best[i]);
    }
    return bestError;
  }

  /** Rounds the numbers with a scale, keeps it if it is the best so far; returns the scale. */
  private float attempt(float[] numbers, float scale) {
    float inverse = scale == 0 ? 0 : 1 / scale;
    double error = 0;
    for (int i = 0; i < ELEMENTS; i++) {
      int q = Math.clamp((int) Math.rint(numbers[i] * inverse), least, most);
      double difference = (double) numbers[i] - q * scale;
      error += difference * difference;
      tried[i] = q;
    }
    last = tried;
    if (error < bestError) {
      bestError = error;
      bestScale = scale;
      tried = best;
      best = last;
    }
    return scale;
  }

  /** The scale that fits the integers of the last attempt best; its own where there is none. */
  private float fitting(float[] numbers, float scale) {
    double products = 0;
    double squares = 0;
    for (int i = 0; i < ELEMENTS; i++) {
      products += (double) numbers[i] * last[i];
      squares += (double) last[i] * last[i];
    }
    float fitting = squares == 0 ? scale : halfOf((float) (products / squares));
    return Math.abs(fitting) <= LARGEST_F16 ? fitting : scale;
  }

  /** The nearest f16; without a sign where that is 0. */
  private static float halfOf(float value) {
    float half = Float.float16ToFloat(Float.floatToFloat16(value));
    return half == 0 ? 0 : half;
  }
}
