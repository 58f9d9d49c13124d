package org.gta4j.tensor;

import java.util.Locale;
import java.util.Optional;

/**
 * The type of a tensor's elements, under the names of the safetensors format.
 *
 * <p>The engine computes on {@link #F32}, {@link #F16} and {@link #BF16}; the others occur in
 * checkpoints beside the weights and can be listed but not computed on.
 */
public enum DType {
  /** IEEE 754 binary64. */
  F64(8, true),
  /** IEEE 754 binary32. */
  F32(4, true),
  /** IEEE 754 binary16. */
  F16(2, true),
  /** The upper half of a binary32. */
  BF16(2, true),
  /** 64-bit two's complement. */
  I64(8, false),
  /** 32-bit two's complement. */
  I32(4, false),
  /** 16-bit two's complement. */
  I16(2, false),
  /** 8-bit two's complement. */
  I8(1, false),
  /** 64-bit unsigned. */
  U64(8, false),
  /** 32-bit unsigned. */
  U32(4, false),
  /** 16-bit unsigned. */
  U16(2, false),
  /** 8-bit floating point with 4 bits of exponent. */
  F8_E4M3(1, true),
  /** 8-bit floating point with 5 bits of exponent. */
  F8_E5M2(1, true),
  /** 8-bit unsigned. */
  U8(1, false),
  /** One byte, 0 or 1. */
  BOOL(1, false);

  private final int elementBytes;
  private final boolean floating;

  DType(int elementBytes, boolean floating) {
    this.elementBytes = elementBytes;
    this.floating = floating;
  }

  /**
   * Bytes that {@code elements} consecutive elements occupy; throws {@link ArithmeticException}
   * beyond 2^63.
   */
  public long bytes(long elements) {
    return Math.multiplyExact(elements, elementBytes);
  }

  /** Whether elements are floating-point numbers. */
  public boolean isFloating() {
    return floating;
  }

  /** Whether weights and caches of this type can be computed on. */
  public boolean isComputable() {
    return this == F32 || this == F16 || this == BF16;
  }

  /** The type of that name, in any case; empty when there is none. */
  public static Optional<DType> named(String name) {
    for (DType dtype : values()) {
      if (dtype.name().equals(name.toUpperCase(Locale.ROOT))) {
        return Optional.of(dtype);
      }
    }
    return Optional.empty();
  }

  /** The name people write: {@code f32}, {@code bf16}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
