package org.gta4j.tensor;

/** Conversions between f32 and the two 16-bit floating-point formats, rounding to nearest even. */
public final class Halves {
  private Halves() {}

  /** The f32 value of a bf16 bit pattern; exact. */
  public static float fromBf16(short bits) {
    return Float.intBitsToFloat(bits << 16);
  }

  /** The nearest bf16 bit pattern; NaN stays NaN, values beyond the range become infinite. */
  public static short toBf16(float value) {
    int bits = Float.floatToRawIntBits(value);
    if (Float.isNaN(value)) {
      return (short) ((bits >>> 16) | 0x0040);
    }
    return (short) ((bits + 0x7FFF + ((bits >>> 16) & 1)) >>> 16);
  }

  /** The f32 value of an f16 bit pattern; exact. */
  public static float fromF16(short bits) {
    return Float.float16ToFloat(bits);
  }

  /** The nearest f16 bit pattern; NaN stays NaN, values beyond the range become infinite. */
  public static short toF16(float value) {
    return Float.floatToFloat16(value);
  }
}
