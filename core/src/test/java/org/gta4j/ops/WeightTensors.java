package org.gta4j.ops;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.gta4j.tensor.DType;
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

  private static void setSubnormal(Tensor tensor, long index, long random) {
    switch (tensor.dtype()) {
      case F16 -> tensor.data().set(Tensor.SHORT, index * Short.BYTES, (short) (random & 0x83FF));
      case BF16 -> tensor.data().set(Tensor.SHORT, index * Short.BYTES, (short) (random & 0x807F));
      default ->
          tensor.data().set(Tensor.INT, index * Integer.BYTES, (int) (random & 0x807F_FFFFL));
    }
  }
}
