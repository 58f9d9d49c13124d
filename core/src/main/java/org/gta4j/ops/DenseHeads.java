package org.gta4j.ops;

import org.gta4j.tensor.DType;
import org.gta4j.tensor.Tensor;

/**
 * A matrix per head, one behind the other, each as rows of inputs.
 *
 * @param weight [heads, outputs, inputs]
 */
public record DenseHeads(Tensor weight) implements PackedHeads {
  /** Checks the shape. */
  public DenseHeads {
    if (weight.shape().rank() != 3) {
      throw new IllegalArgumentException(
          "a matrix per head needs weights [heads, outputs, inputs], found " + weight.shape());
    }
  }

  @Override
  public int heads() {
    return weight.shape().intSize(0);
  }

  @Override
  public int outputs() {
    return weight.shape().intSize(1);
  }

  @Override
  public int inputs() {
    return weight.shape().intSize(2);
  }

  @Override
  public DType dtype() {
    return weight.dtype();
  }
}
