package org.gta4j.ops;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.gta4j.tensor.DType;
import org.gta4j.tensor.Halves;
import org.gta4j.tensor.Shape;
import org.gta4j.tensor.Tensor;

/** Weights as checkpoints may hold them: at any byte, of any size. */
final class WeightTensors {
  private WeightTensors() {}

  /** What weights are made of. */
  enum Kind {
    /** About normally distributed. */
    USUAL(1),
    /**
     * All exponents of the type up to 2^60, zeros and subnormals too: products stay below 2^127.
     */
    EXTREME(1e12),
    /** Numbers of less than the type's full precision, which some hardware takes for zero. */
    SUBNORMAL(1e20);

    private final double inputs;

    Kind(double inputs) {
      this.inputs = inputs;
    }

    /** How large the inputs they meet are. */
    double inputs() {
      return inputs;
    }
  }

  /** Weights that begin at no multiple of their size; every other seed's lie on the heap. */
  static Tensor tensor(Arena arena, DType dtype, Shape shape, Kind kind, long seed) {
    long bytes = dtype.bytes(shape.elements());
    MemorySegment memory =
        seed % 2 == 0
            ? arena.allocate(bytes + 1, 64).asSlice(1, bytes)
            : MemorySegment.ofArray(new byte[Math.toIntExact(bytes) + 3]).asSlice(3, bytes);
    Tensor tensor = new Tensor(dtype, shape, memory);
    if (dtype.isQuantized()) {
      fillBlocks(tensor, kind, seed);
      return tensor;
    }
    Numbers normal = Numbers.normal(seed);
    Numbers large =
        Numbers.exponents(seed, dtype == DType.F16 ? -24 : -149, dtype == DType.F16 ? 15 : 60);
    for (long i = 0; i < shape.elements(); i++) {
      switch (kind) {
        case USUAL -> tensor.set(i, normal.at(i, 0, 0, 0));
        case EXTREME -> tensor.set(i, i % 9 == 0 ? 0 : large.at(i, 0, 0, 0));
        case SUBNORMAL -> setSubnormal(tensor, i, Numbers.hash(seed, i, 0, 0, 0));
      }
    }
    return tensor;
  }

  /** Any bits in blocks, with scales of the kind. */
  private static void fillBlocks(Tensor tensor, Kind kind, long seed) {
    MemorySegment data = tensor.data();
    DType dtype = tensor.dtype();
    for (long i = 0; i < data.byteSize(); i++) {
      data.set(ValueLayout.JAVA_BYTE, i, (byte) Numbers.hash(seed, i, 1, 0, 0));
    }
    long[] scales = scales(dtype);
    Numbers normal = Numbers.normal(seed).times(0.05);
    Numbers large = Numbers.exponents(seed, -24, 15);
    for (long block = 0; block < data.byteSize(); block += dtype.blockBytes()) {
      for (long scale : scales) {
        short half =
            switch (kind) {
              case USUAL -> Halves.toF16(normal.at(block, scale, 0, 0));
              case EXTREME -> Halves.toF16(large.at(block, scale, 0, 0));
              case SUBNORMAL -> (short) (Numbers.hash(seed, block, scale, 0, 0) & 0x83FF);
            };
        data.set(Tensor.SHORT, block + scale, half);
      }
    }
  }

  /** Where in a block its scale and, if it has one, its minimum's scale lie, as f16. */
  static long[] scales(DType dtype) {
    return switch (dtype) {
      case Q4_1, Q5_1, Q4_K, Q5_K -> new long[] {0, 2};
      case Q6_K -> new long[] {208};
      default -> new long[] {0};
    };
  }

  /** The type of biases beside weights of type {@code dtype}. */
  static DType biasType(DType dtype) {
    return dtype.isQuantized() ? DType.F32 : dtype;
  }

  private static void setSubnormal(Tensor tensor, long index, long random) {
    switch (tensor.dtype()) {
      case F16 -> tensor.data().set(Tensor.SHORT, index * Short.BYTES, (short) (random & 0x83FF));
      case BF16 -> tensor.data().set(Tensor.SHORT, index * Short.BYTES, (short) (random & 0x807F));
      default ->
          tensor.data().set(Tensor.INT, index * Integer.BYTES, (int) (random & 0x807F_FFFFL));
    }
  }
}
