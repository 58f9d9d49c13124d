package org.gta4j.checkpoint;

import org.gta4j.tensor.DType;
import org.gta4j.tensor.Tensor;

/** Which type each tensor of a model is written as. */
@FunctionalInterface
public interface TensorTypes {
  /**
   * The type that a tensor is written as: its own, or for a tensor of weights f32, f16, bf16, or
   * blocks of Q8_0 or Q4_0, if its rows are whole blocks.
   */
  DType typeOf(String name, Tensor tensor);

  /** Each as it is; blocks as f32, which holds their numbers exactly. */
  static TensorTypes withoutBlocks() {
    return (name, tensor) -> tensor.dtype().isQuantized() ? DType.F32 : tensor.dtype();
  }

  /**
   * Weights as {@code dtype}, everything else as it is.
   *
   * @throws IllegalArgumentException if it is not f32, f16 or bf16
   */
  static TensorTypes all(DType dtype) {
    if (!dtype.isPlain()) {
      throw new IllegalArgumentException(
          "weights: expected f32, f16 or bf16, found " + dtype.label());
    }
    return (name, tensor) -> tensor.dtype().isWeight() ? dtype : tensor.dtype();
  }
}
