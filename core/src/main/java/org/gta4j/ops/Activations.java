package org.gta4j.ops;

/** What the inputs of linear layers are computed on as. */
public enum Activations {
  /**
   * As it is fastest: an implementation that can quantizes them to 8 bits, in blocks of 16 that
   * share a scale, where they meet quantized weights and that is faster.
   */
  AUTO,
  /** Always f32, as they come. */
  F32;

  /** Quantized inputs that share a scale, which is their largest magnitude over 127. */
  public static final int BLOCK = 16;

  /** Where the largest magnitude of a block is below this, its inputs become zeros. */
  public static final float SMALLEST = 1e-35f;
}
