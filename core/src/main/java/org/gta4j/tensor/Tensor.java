package org.gta4j.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.gta4j.tensor.block.PlainBlocks;
import org.gta4j.tensor.block.SuperBlocks;

/**
 * A typed, dense, row-major view of little-endian memory that somebody else owns: a mapped file, an
 * arena, an array.
 *
 * @param dtype the elements' type
 * @param shape the dimensions' sizes, outermost first
 * @param data exactly the elements' bytes; need not be aligned
 */
public record Tensor(DType dtype, Shape shape, MemorySegment data) {
  /** A little-endian f32 anywhere in memory. */
  public static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** A little-endian 16-bit pattern anywhere in memory. */
  public static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** A little-endian 32-bit integer anywhere in memory. */
  public static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** Checks that rows are whole blocks and {@code data} holds exactly the elements. */
  public Tensor {
    if (shape.rank() > 0 && shape.size(shape.rank() - 1) % dtype.blockElements() != 0) {
      throw new IllegalArgumentException(
          "rows of a tensor %s are whole blocks of %d elements, found %s"
              .formatted(dtype, dtype.blockElements(), shape));
    }
    long wanted = dtype.bytes(shape.elements());
    if (data.byteSize() != wanted) {
      throw new IllegalArgumentException(
          "a tensor %s %s takes %d bytes, found %d"
              .formatted(dtype, shape, wanted, data.byteSize()));
    }
  }

  /** A zeroed tensor in {@code arena}, aligned to a cache line. */
  public static Tensor allocate(Arena arena, DType dtype, Shape shape) {
    return new Tensor(dtype, shape, arena.allocate(dtype.bytes(shape.elements()), 64));
  }

  /** An f32 tensor over a copy of {@code values} on the heap. */
  public static Tensor of(Shape shape, float... values) {
    return new Tensor(DType.F32, shape, MemorySegment.ofArray(values.clone()));
  }

  /** An i32 tensor over a copy of {@code values} on the heap. */
  public static Tensor of(Shape shape, int... values) {
    return new Tensor(DType.I32, shape, MemorySegment.ofArray(values.clone()));
  }

  /**
   * Element {@code index} of the flattened tensor as an f32: one element at a time, for small
   * tensors and references.
   *
   * @throws IllegalArgumentException if the type is not one of weights
   */
  public float get(long index) {
    if (dtype.isQuantized()) {
      return ofBlock(index / dtype.blockElements() * dtype.blockBytes(), index);
    }
    return switch (dtype) {
      case F32 -> data.get(FLOAT, index * Float.BYTES);
      case F16 -> Halves.fromF16(data.get(SHORT, index * Short.BYTES));
      case BF16 -> Halves.fromBf16(data.get(SHORT, index * Short.BYTES));
      default -> throw new IllegalArgumentException("cannot compute on elements of type " + dtype);
    };
  }

  private float ofBlock(long block, long index) {
    int inBlock = (int) (index % dtype.blockElements());
    return switch (dtype) {
      case Q8_0 -> PlainBlocks.q80(data, block, inBlock);
      case Q4_0 -> PlainBlocks.q40(data, block, inBlock);
      case Q4_1 -> PlainBlocks.q41(data, block, inBlock);
      case Q5_0 -> PlainBlocks.q50(data, block, inBlock);
      case Q5_1 -> PlainBlocks.q51(data, block, inBlock);
      case Q4_K -> SuperBlocks.q4k(data, block, inBlock);
      case Q5_K -> SuperBlocks.q5k(data, block, inBlock);
      case Q6_K -> SuperBlocks.q6k(data, block, inBlock);
      default -> throw new IllegalArgumentException("no blocks of type " + dtype);
    };
  }

  /**
   * Stores {@code value} at {@code index} of the flattened tensor, rounded to its type: f32, f16 or
   * bf16.
   */
  public void set(long index, float value) {
    switch (dtype) {
      case F32 -> data.set(FLOAT, index * Float.BYTES, value);
      case F16 -> data.set(SHORT, index * Short.BYTES, Halves.toF16(value));
      case BF16 -> data.set(SHORT, index * Short.BYTES, Halves.toBf16(value));
      default -> throw new IllegalArgumentException("cannot round numbers to the type " + dtype);
    }
  }

  /**
   * Rows {@code from} to {@code from + count - 1} of the outermost dimension, sharing the memory.
   */
  public Tensor slice(long from, long count) {
    long[] sizes = shape.toArray();
    long rowBytes = sizes[0] == 0 ? 0 : data.byteSize() / sizes[0];
    sizes[0] = count;
    return new Tensor(dtype, Shape.of(sizes), data.asSlice(from * rowBytes, count * rowBytes));
  }

  /** All elements as f32 in a new array; for small tensors. */
  public float[] toFloats() {
    float[] values = new float[Math.toIntExact(shape.elements())];
    for (int i = 0; i < values.length; i++) {
      values[i] = get(i);
    }
    return values;
  }

  /** All elements of an {@link DType#I32} tensor in a new array. */
  public int[] toInts() {
    if (dtype != DType.I32) {
      throw new IllegalArgumentException("expected elements of type I32, found " + dtype);
    }
    int[] values = new int[Math.toIntExact(shape.elements())];
    MemorySegment.copy(data, INT, 0, values, 0, values.length);
    return values;
  }
}
