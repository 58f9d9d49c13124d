package org.gta4j.tensor;

import java.util.Locale;
import java.util.Optional;

/**
 * The type of a tensor's elements, under the names of the safetensors and GGUF formats.
 *
 * <p>An element is a number of its own, or one of a block whose numbers share scales; those types
 * are GGUF's. What a type can be used for are separate questions: see {@link #isWeight}, {@link
 * #isPlain} and {@link #isSafetensors}.
 */
public enum DType {
  /** IEEE 754 binary64. */
  F64(8, Kind.FLOATING),
  /** IEEE 754 binary32. */
  F32(4, Kind.FLOATING),
  /** IEEE 754 binary16. */
  F16(2, Kind.FLOATING),
  /** The upper half of a binary32. */
  BF16(2, Kind.FLOATING),
  /** 64-bit two's complement. */
  I64(8, Kind.WHOLE),
  /** 32-bit two's complement. */
  I32(4, Kind.WHOLE),
  /** 16-bit two's complement. */
  I16(2, Kind.WHOLE),
  /** 8-bit two's complement. */
  I8(1, Kind.WHOLE),
  /** 64-bit unsigned. */
  U64(8, Kind.WHOLE),
  /** 32-bit unsigned. */
  U32(4, Kind.WHOLE),
  /** 16-bit unsigned. */
  U16(2, Kind.WHOLE),
  /** 8-bit floating point with 4 bits of exponent. */
  F8_E4M3(1, Kind.FLOATING),
  /** 8-bit floating point with 5 bits of exponent. */
  F8_E5M2(1, Kind.FLOATING),
  /** 8-bit unsigned. */
  U8(1, Kind.WHOLE),
  /** One byte, 0 or 1. */
  BOOL(1, Kind.WHOLE),
  /** Blocks of 32: a scale, 8 bits a number. */
  Q8_0(32, 34),
  /** Blocks of 32: a scale, 4 bits a number. */
  Q4_0(32, 18),
  /** Blocks of 32: a scale and a minimum, 4 bits a number. */
  Q4_1(32, 20),
  /** Blocks of 32: a scale, 5 bits a number. */
  Q5_0(32, 22),
  /** Blocks of 32: a scale and a minimum, 5 bits a number. */
  Q5_1(32, 24),
  /** Blocks of 256 in eight parts with a scale and a minimum each, 4 bits a number. */
  Q4_K(256, 144),
  /** Blocks of 256 in eight parts with a scale and a minimum each, 5 bits a number. */
  Q5_K(256, 176),
  /** Blocks of 256 in sixteen parts with a scale each, 6 bits a number. */
  Q6_K(256, 210);

  private enum Kind {
    FLOATING,
    WHOLE,
    BLOCKS
  }

  private final int blockElements;
  private final int blockBytes;
  private final Kind kind;

  DType(int elementBytes, Kind kind) {
    blockElements = 1;
    blockBytes = elementBytes;
    this.kind = kind;
  }

  DType(int blockElements, int blockBytes) {
    this.blockElements = blockElements;
    this.blockBytes = blockBytes;
    this.kind = Kind.BLOCKS;
  }

  /** Elements that share a block; 1 where each is a number of its own. */
  public int blockElements() {
    return blockElements;
  }

  /** Bytes a block takes; an element's where each is a number of its own. */
  public int blockBytes() {
    return blockBytes;
  }

  /**
   * Bytes that {@code elements} consecutive elements occupy; throws {@link ArithmeticException}
   * beyond 2^63.
   *
   * @throws IllegalArgumentException if they are no whole number of blocks
   */
  public long bytes(long elements) {
    if (elements % blockElements != 0) {
      throw new IllegalArgumentException(
          "%s comes in blocks of %d elements, found %d".formatted(this, blockElements, elements));
    }
    return Math.multiplyExact(elements / blockElements, blockBytes);
  }

  /** Whether elements come in blocks that share scales. */
  public boolean isQuantized() {
    return kind == Kind.BLOCKS;
  }

  /** Whether weights of this type can be read and computed on: {@link Tensor#get} knows it. */
  public boolean isWeight() {
    return isQuantized() || isPlain();
  }

  /**
   * Whether any f32 can be rounded to it, on its own: the types that weights are converted to.
   * {@link Tensor#set} knows it.
   */
  public boolean isPlain() {
    return this == F32 || this == F16 || this == BF16;
  }

  /** Whether the safetensors format has this type. */
  public boolean isSafetensors() {
    return !isQuantized();
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
