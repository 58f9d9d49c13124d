package org.gta4j.cache;

/**
 * How a row of keys or values becomes 8 bits a number, the same bits in every implementation: the
 * largest absolute value is 127, the others are rounded to the nearest, to even where two are as
 * near. Every step is one operation in f32.
 *
 * <p>The largest absolute value is found by its bits, which are in the order of the numbers, with
 * infinity and NaN at the end. A row with one of those has NaN for a scale: whatever reads it is
 * not a number either, rather than silently another one.
 */
public final class EightBits {
  /** The largest number of 8 bits that is used; −128 is not. */
  public static final int MOST = 127;

  /** The inverse of a smaller number would be infinite: a row of such is a row of zeros. */
  private static final float SMALLEST = 1e-35f;

  private static final int INFINITE = 0x7F800000;
  private static final int WITHOUT_SIGN = 0x7FFFFFFF;

  private EightBits() {}

  /** The bits of a number's absolute value. */
  public static int magnitude(float number) {
    return Float.floatToRawIntBits(number) & WITHOUT_SIGN;
  }

  /** What a row's numbers in 8 bits are multiplied with, by the largest of its magnitudes. */
  public static float scale(int magnitude) {
    if (magnitude >= INFINITE) {
      return Float.NaN;
    }
    float largest = Float.intBitsToFloat(magnitude);
    return largest < SMALLEST ? 0 : largest / MOST;
  }

  /** What a row's numbers are multiplied with before they are rounded to 8 bits. */
  public static float inverse(int magnitude) {
    if (magnitude >= INFINITE) {
      return 0;
    }
    float largest = Float.intBitsToFloat(magnitude);
    return largest < SMALLEST ? 0 : MOST / largest;
  }

  /** A number in 8 bits; 0 where {@code inverse} is, whatever the number. */
  public static byte round(float number, float inverse) {
    return inverse == 0 ? 0 : (byte) Math.rint(number * inverse);
  }
}
