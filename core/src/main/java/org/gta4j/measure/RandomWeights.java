package org.gta4j.measure;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import org.gta4j.checkpoint.Weights;
import org.gta4j.model.ModelConfig;
import org.gta4j.tensor.DType;
import org.gta4j.tensor.Halves;
import org.gta4j.tensor.Shape;
import org.gta4j.tensor.Tensor;

/**
 * Weights that mean nothing, of a model's shapes: for its speed, which does not depend on them.
 * Matrices have about the standard deviation that training begins with, so that numbers stay finite
 * through all layers; norms are ones and biases zeros.
 */
public final class RandomWeights {
  /** The standard deviation that models are initialized with. */
  private static final float DEVIATION = 0.02f;

  /** Of numbers that are evenly spread over −1 … 1. */
  private static final float EVEN_DEVIATION = 0.57735f;

  private RandomWeights() {}

  /**
   * Makes them.
   *
   * @param name what they are called in errors
   * @param dtype the matrices' type, one of weights; a matrix whose rows are no whole blocks is
   *     BF16 instead
   * @param arena where they are allocated
   */
  public static Weights of(String name, ModelConfig config, DType dtype, Arena arena) {
    SplittableRandom random = new SplittableRandom(0);
    SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
    config
        .tensors()
        .forEach(
            (tensor, shape) -> tensors.put(tensor, tensor(tensor, shape, dtype, random, arena)));
    return new Weights(name, tensors);
  }

  /** A tensor of that shape: a matrix of random numbers, a norm or a bias. */
  private static Tensor tensor(
      String name, Shape shape, DType dtype, SplittableRandom random, Arena arena) {
    if (shape.rank() == 1) {
      Tensor vector = Tensor.allocate(arena, DType.F32, shape);
      boolean norm = name.endsWith("norm.weight");
      for (long i = 0; norm && i < shape.elements(); i++) {
        vector.set(i, 1);
      }
      return vector;
    }
    boolean whole = shape.size(shape.rank() - 1) % dtype.blockElements() == 0;
    return matrix(whole ? dtype : DType.BF16, shape, random, arena);
  }

  /**
   * A matrix of random numbers.
   *
   * @throws IllegalArgumentException if there are no random numbers of that type
   */
  static Tensor matrix(DType dtype, Shape shape, SplittableRandom random, Arena arena) {
    Tensor matrix = Tensor.allocate(arena, dtype, shape);
    switch (dtype) {
      case F32, F16, BF16 -> fillNumbers(matrix, random);
      // Where a block's scale and its minimum are, and what a number is at most.
      case Q8_0 -> fillBlocks(matrix, random, 127, 0);
      case Q4_0 -> fillBlocks(matrix, random, 8, 0);
      case Q5_0 -> fillBlocks(matrix, random, 16, 0);
      case Q4_1 -> fillBlocks(matrix, random, 8, 0, 2);
      case Q5_1 -> fillBlocks(matrix, random, 16, 0, 2);
      case Q4_K -> fillBlocks(matrix, random, 8 * 64, 0, 2);
      case Q5_K -> fillBlocks(matrix, random, 16 * 64, 0, 2);
      case Q6_K -> fillBlocks(matrix, random, 32 * 128, 208);
      default -> throw new IllegalArgumentException("no random weights of type " + dtype.label());
    }
    return matrix;
  }

  /** A million different numbers are enough: they are repeated. */
  private static void fillNumbers(Tensor matrix, SplittableRandom random) {
    long elements = matrix.shape().elements();
    long distinct = Math.min(elements, 1 << 20);
    for (long i = 0; i < distinct; i++) {
      matrix.set(i, (float) (random.nextDouble(-1, 1) * DEVIATION / EVEN_DEVIATION));
    }
    repeat(matrix.data(), matrix.dtype().bytes(distinct));
  }

  /**
   * Blocks of random bits.
   *
   * @param largest the largest number that the bits stand for
   * @param halves where the scale is, in bytes into a block, and where the minimum
   */
  private static void fillBlocks(
      Tensor matrix, SplittableRandom random, float largest, int... halves) {
    MemorySegment data = matrix.data();
    int bytes = matrix.dtype().blockBytes();
    long distinct = Math.min(data.byteSize() / bytes, 1 << 15);
    byte[] block = new byte[bytes];
    short scale = Halves.toF16(DEVIATION / EVEN_DEVIATION / largest);
    for (long i = 0; i < distinct; i++) {
      random.nextBytes(block);
      MemorySegment.copy(MemorySegment.ofArray(block), 0, data, i * bytes, bytes);
      for (int at : halves) {
        data.set(Tensor.SHORT, i * bytes + at, scale);
      }
    }
    repeat(data, distinct * bytes);
  }

  /** Repeats the first {@code bytes} bytes until the end. */
  private static void repeat(MemorySegment data, long bytes) {
    for (long at = bytes; at < data.byteSize(); at += bytes) {
      MemorySegment.copy(data, 0, data, at, Math.min(bytes, data.byteSize() - at));
    }
  }
}
