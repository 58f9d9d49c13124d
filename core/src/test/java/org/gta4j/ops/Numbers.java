package org.gta4j.ops;

/**
 * Numbers by place: the same place has the same number in every matrix, batch and run it occurs in,
 * so that a test can compute a part of something and compare it with the whole.
 */
@FunctionalInterface
public interface Numbers {
  /** The number at a place. */
  float at(long a, long b, long c, long d);

  /** About normally distributed, standard deviation 1. */
  static Numbers normal(long seed) {
    return (a, b, c, d) -> {
      long bits = hash(seed, a, b, c, d);
      double sum = 0;
      for (int i = 0; i < 4; i++) {
        sum += (bits >>> (16 * i) & 0xFFFF) / 65536.0 - 0.5;
      }
      return (float) (sum * Math.sqrt(3));
    };
  }

  /** Both signs and all exponents between 2^{@code low} and 2^{@code high}. */
  static Numbers exponents(long seed, int low, int high) {
    return (a, b, c, d) -> {
      long bits = hash(seed, a, b, c, d);
      double exponent = low + (bits >>> 32 & 0xFFFF) / 65536.0 * (high - low);
      return (float) ((bits & 1) == 0 ? Math.pow(2, exponent) : -Math.pow(2, exponent));
    };
  }

  /** These, times {@code factor}. */
  default Numbers times(double factor) {
    return (a, b, c, d) -> (float) (at(a, b, c, d) * factor);
  }

  /** 64 random bits of a place. */
  static long hash(long seed, long a, long b, long c, long d) {
    long z = mix(mix(mix(mix(mix(seed) + a) + b) + c) + d);
    return mix(z);
  }

  private static long mix(long value) {
    long z = value + 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
