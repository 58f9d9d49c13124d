package org.gta4j.train.torch;

import java.lang.foreign.MemorySegment;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.gta4j.tensor.DType;
import org.gta4j.tensor.Shape;
import org.gta4j.tensor.Tensor;

/** Tensors of libtorch as memory, and the core's tensors as libtorch's. */
public final class Memory {
  private Memory() {}

  /**
   * The memory of a contiguous tensor, valid as long as the tensor is.
   *
   * @throws IllegalArgumentException if its numbers do not lie side by side
   */
  @SuppressWarnings("restricted") // the address and size are what libtorch says
  public static MemorySegment of(org.bytedeco.pytorch.Tensor tensor) {
    if (!tensor.is_contiguous()) {
      throw new IllegalArgumentException("expected a tensor whose numbers lie side by side");
    }
    try (TensorScope _ = new TensorScope()) {
      return MemorySegment.ofAddress(tensor.data_ptr().address()).reinterpret(tensor.nbytes());
    }
  }

  /** A view of a contiguous f32 tensor, valid as long as the tensor is. */
  public static Tensor view(org.bytedeco.pytorch.Tensor tensor) {
    requireType(tensor, Torch.F32);
    return new Tensor(DType.F32, shape(tensor), of(tensor));
  }

  /** The sizes of a tensor. */
  public static Shape shape(org.bytedeco.pytorch.Tensor tensor) {
    return Shape.of(sizes(tensor));
  }

  /** The sizes of a tensor, outermost first. */
  public static long[] sizes(org.bytedeco.pytorch.Tensor tensor) {
    try (TensorScope _ = new TensorScope()) {
      long[] sizes = new long[Math.toIntExact(tensor.dim())];
      for (int i = 0; i < sizes.length; i++) {
        sizes[i] = tensor.size(i);
      }
      return sizes;
    }
  }

  private static void requireType(org.bytedeco.pytorch.Tensor tensor, ScalarType type) {
    ScalarType found = tensor.scalar_type().intern();
    if (found != type) {
      throw new IllegalArgumentException(
          "expected a tensor of %s, found one of %s".formatted(type, found));
    }
  }

  /** A copy of all numbers of an f32 tensor; for small ones. */
  public static float[] floats(org.bytedeco.pytorch.Tensor tensor) {
    try (TensorScope _ = new TensorScope()) {
      return view(tensor.detach().contiguous()).toFloats();
    }
  }

  /** A tensor of 64-bit integers. */
  public static org.bytedeco.pytorch.Tensor ofInts(int[] values, long... sizes) {
    org.bytedeco.pytorch.Tensor tensor = Torch.empty(Torch.I64, sizes);
    MemorySegment memory = of(tensor);
    requireCount(memory.byteSize() / Long.BYTES, values.length, sizes);
    for (int i = 0; i < values.length; i++) {
      memory.setAtIndex(java.lang.foreign.ValueLayout.JAVA_LONG, i, values[i]);
    }
    return tensor;
  }

  /** A tensor of f32. */
  public static org.bytedeco.pytorch.Tensor ofFloats(float[] values, long... sizes) {
    org.bytedeco.pytorch.Tensor tensor = Torch.empty(Torch.F32, sizes);
    MemorySegment memory = of(tensor);
    requireCount(memory.byteSize() / Float.BYTES, values.length, sizes);
    memory.copyFrom(MemorySegment.ofArray(values));
    return tensor;
  }

  private static void requireCount(long wanted, int found, long... sizes) {
    if (found != wanted) {
      throw new IllegalArgumentException(
          "expected as many values as %s holds, found %d".formatted(Shape.of(sizes), found));
    }
  }

  /**
   * Copies a tensor of the core into an f32 tensor of the same shape.
   *
   * @param values numbers of a type that weights have; of those in blocks what they stand for
   * @throws IllegalArgumentException if shapes differ, or numbers are of another type
   */
  public static void copy(Tensor values, org.bytedeco.pytorch.Tensor to) {
    if (!values.shape().equals(shape(to))) {
      throw new IllegalArgumentException(
          "expected a tensor of shape %s, found %s".formatted(shape(to), values.shape()));
    }
    try (TensorScope _ = new TensorScope();
        GradMode _ = GradMode.off()) {
      if (values.dtype() == DType.F32) {
        of(to).copyFrom(values.data());
        return;
      }
      if (values.dtype().isQuantized()) {
        dequantize(values, of(to));
        return;
      }
      ScalarType type =
          switch (values.dtype()) {
            case F16 -> Torch.F16;
            case BF16 -> Torch.BF16;
            default ->
                throw new IllegalArgumentException(
                    "expected numbers of a type that weights have, found "
                        + values.dtype().label());
          };
      org.bytedeco.pytorch.Tensor narrow = Torch.empty(type, values.shape().toArray());
      of(narrow).copyFrom(values.data());
      to.copy_(narrow);
    }
  }

  private static void dequantize(Tensor values, MemorySegment to) {
    long elements = values.shape().elements();
    long piece = 1 << 16;
    LongStream.range(0, Math.ceilDiv(elements, piece))
        .parallel()
        .forEach(number -> {
          long end = Math.min(elements, (number + 1) * piece);
          for (long i = number * piece; i < end; i++) {
            to.setAtIndex(Tensor.FLOAT, i, values.get(i));
          }
        });
  }
}
