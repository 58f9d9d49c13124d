package org.gta4j.kernels;

import org.gta4j.tensor.DType;

/**
 * How packed weights lie in memory, by their numbers in {@code enum format} of gta4j.h, which draws
 * them: {@value #PANEL} outputs side by side, blocks of {@value #BLOCK} inputs.
 */
enum PanelFormat {
  F32(0, 4 * 16, 0),
  F16(1, 2 * 16, 0),
  BF16(2, 2 * 16, 0),
  Q8(3, 512, 32),
  Q8_MIN(4, 512, 64),
  Q8_MIN_WIDE(5, 512, 128),
  Q8_HALVES(6, 512, 128),
  Q4(7, 256, 32),
  Q4_MIN(8, 256, 64),
  Q4_MIN_WIDE(9, 256, 128);

  /** Outputs a panel. */
  static final int PANEL = 16;

  /** Outputs a unit of work: two panels. */
  static final int UNIT = 2 * PANEL;

  /** Inputs a block. */
  static final int BLOCK = 32;

  private final int number;
  private final long numberBytes;
  private final long scaleBytes;

  PanelFormat(int number, long numberBytes, long scaleBytes) {
    this.number = number;
    this.numberBytes = numberBytes;
    this.scaleBytes = scaleBytes;
  }

  /**
   * The format that holds a type's numbers exactly: 4-bit types in 4 bits, those of 5, 6 and 8 bits
   * in 8.
   */
  static PanelFormat of(DType dtype) {
    return switch (dtype) {
      case F32 -> F32;
      case F16 -> F16;
      case BF16 -> BF16;
      case Q8_0, Q5_0 -> Q8;
      case Q5_1 -> Q8_MIN;
      case Q5_K -> Q8_MIN_WIDE;
      case Q6_K -> Q8_HALVES;
      case Q4_0 -> Q4;
      case Q4_1 -> Q4_MIN;
      case Q4_K -> Q4_MIN_WIDE;
      default -> throw new IllegalArgumentException("no kernel for weights of type " + dtype);
    };
  }

  /** The number of a checkpoint's type in {@code enum source}. */
  static int source(DType dtype) {
    return switch (dtype) {
      case F32 -> 0;
      case F16 -> 1;
      case BF16 -> 2;
      case Q8_0 -> 3;
      case Q4_0 -> 4;
      case Q4_1 -> 5;
      case Q5_0 -> 6;
      case Q5_1 -> 7;
      case Q4_K -> 8;
      case Q5_K -> 9;
      case Q6_K -> 10;
      default -> throw new IllegalArgumentException("no kernel reads weights of type " + dtype);
    };
  }

  /** Its number in gta4j.h. */
  int number() {
    return number;
  }

  /** Whether numbers share scales, so that inputs may be quantized for them. */
  boolean isQuantized() {
    return scaleBytes > 0;
  }

  /** What is subtracted from the unsigned numbers of a block, {@code format_offset} in gta4j.h. */
  int offset() {
    return switch (this) {
      case F32, F16, BF16, Q4_MIN, Q4_MIN_WIDE -> 0;
      case Q4 -> 8;
      case Q8, Q8_MIN, Q8_MIN_WIDE, Q8_HALVES -> 128;
    };
  }

  /** Bytes of a unit, {@code format_unit_bytes} in gta4j.h: of its two panels' parts. */
  private long unitBytes(int inputs) {
    long parts = isQuantized() ? inputs / BLOCK : inputs;
    return (parts * 2 * (numberBytes + scaleBytes) + 63) / 64 * 64;
  }

  /** Units of work that {@code outputs} outputs make. */
  static int units(int outputs) {
    return Math.ceilDiv(outputs, UNIT);
  }

  /** Bytes of {@code outputs} outputs, whole units. */
  long bytes(int outputs, int inputs) {
    return Math.multiplyExact((long) units(outputs), unitBytes(inputs));
  }
}
