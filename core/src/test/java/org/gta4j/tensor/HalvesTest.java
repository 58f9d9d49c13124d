package org.gta4j.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Rounding to 16 bits against a search through all numbers of the format. */
class HalvesTest {
  /**
   * A 16-bit format: a sign, exponent bits, the rest mantissa; all of its values that are not
   * negative, in the order of their patterns, by the definition of the format.
   */
  record Format(String name, int exponentBits) {
    int mantissaBits() {
      return 15 - exponentBits;
    }

    /** The value of a pattern without sign; what comes after the largest is the next power of 2. */
    double value(int pattern) {
      int bias = (1 << (exponentBits - 1)) - 1;
      int exponent = pattern >> mantissaBits();
      int mantissa = pattern & ((1 << mantissaBits()) - 1);
      double unit = Math.scalb(1.0, -mantissaBits());
      return exponent == 0
          ? Math.scalb(mantissa * unit, 1 - bias)
          : Math.scalb(1 + mantissa * unit, exponent - bias);
    }

    int infinity() {
      return ((1 << exponentBits) - 1) << mantissaBits();
    }

    /** The nearest pattern, of two equally near ones the even one. */
    int nearest(float value) {
      double magnitude = Math.abs((double) value);
      int low = 0;
      int high = infinity();
      if (magnitude >= value(high)) {
        low = high;
      }
      while (high - low > 1) {
        int middle = (low + high) / 2;
        if (value(middle) <= magnitude) {
          low = middle;
        } else {
          high = middle;
        }
      }
      double below = magnitude - value(low);
      double above = value(high) - magnitude;
      boolean up = above < below || (above == below && low % 2 == 1);
      int sign = Float.floatToRawIntBits(value) < 0 ? 0x8000 : 0;
      return sign | (up ? high : low);
    }

    short convert(float value) {
      return exponentBits == 5 ? Halves.toF16(value) : Halves.toBf16(value);
    }

    float convert(short bits) {
      return exponentBits == 5 ? Halves.fromF16(bits) : Halves.fromBf16(bits);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Format> formats() {
    return Stream.of(new Format("f16", 5), new Format("bf16", 8));
  }

  @ParameterizedTest
  @MethodSource("formats")
  void everyPatternHasTheValueOfItsDefinitionAndComesBack(Format format) {
    for (int pattern = 0; pattern < format.infinity(); pattern++) {
      for (int sign : new int[] {0, 0x8000}) {
        short bits = (short) (pattern | sign);
        float value = format.convert(bits);
        assertThat(Math.abs(value)).isEqualTo((float) format.value(pattern));
        assertThat(format.convert(value)).isEqualTo(bits);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("formats")
  void roundsToTheNearestAndTiesToEven(Format format) {
    List<Float> values = new ArrayList<>();
    for (int pattern = 0; pattern < format.infinity(); pattern += 7) {
      // Between two neighbours, and a little to both sides of it.
      float tie = (float) ((format.value(pattern) + format.value(pattern + 1)) / 2);
      values.addAll(List.of(tie, Math.nextUp(tie), Math.nextDown(tie)));
    }
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 300_000; i++) {
      values.add(Float.intBitsToFloat(random.nextInt()));
    }
    values.addAll(List.of(0f, 65_504f, 65_519.996f, 65_520f, Float.MIN_VALUE, Float.MAX_VALUE));
    for (float value : values) {
      if (Float.isFinite(value)) {
        for (float signed : new float[] {value, -value}) {
          assertThat(format.convert(signed))
              .as("%s rounded to %s", signed, format)
              .isEqualTo((short) format.nearest(signed));
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("formats")
  void infinityStaysAndNoNumberStaysNone(Format format) {
    assertThat(format.convert(Float.POSITIVE_INFINITY)).isEqualTo((short) format.infinity());
    assertThat(format.convert(Float.NEGATIVE_INFINITY))
        .isEqualTo((short) (format.infinity() | 0x8000));
    for (int bits = 0x7F800001; bits > 0x7F800000; bits += 0x1357) {
      assertThat(format.convert(format.convert(Float.intBitsToFloat(bits)))).isNaN();
      assertThat(format.convert(format.convert(Float.intBitsToFloat(bits | 0x80000000)))).isNaN();
    }
  }

  @Test
  void aTensorRoundsWhatIsStored() {
    for (DType dtype : new DType[] {DType.F32, DType.F16, DType.BF16}) {
      Tensor tensor =
          new Tensor(
              dtype,
              Shape.of(2),
              java.lang.foreign.MemorySegment.ofArray(new byte[(int) dtype.bytes(2)]));
      tensor.set(1, 0.1f);
      float expected =
          switch (dtype) {
            case F16 -> 0.099975586f;
            case BF16 -> 0.100097656f;
            default -> 0.1f;
          };
      assertThat(tensor.toFloats()).containsExactly(0, expected);
    }
  }
}
