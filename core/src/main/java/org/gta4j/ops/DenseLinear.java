package org.gta4j.ops;

import java.util.Optional;
import org.gta4j.tensor.DType;
import org.gta4j.tensor.Tensor;

/**
 * A linear layer as it lies in the checkpoint: rows of inputs, one a output.
 *
 * @param weight [outputs, inputs]
 * @param bias one number an output; all zeros where the layer has none
 */
public record DenseLinear(Tensor weight, float[] bias) implements PackedLinear {
  /** Checks the shapes. */
  public DenseLinear {
    if (weight.shape().rank() != 2 || weight.shape().size(0) != bias.length) {
      throw new IllegalArgumentException(
          "a linear layer needs weights [outputs, inputs] and a bias [outputs], found %s and [%d]"
              .formatted(weight.shape(), bias.length));
    }
    weight.shape().intSize(1);
  }

  /** The layer of these weights, with a bias of zeros where there is none. */
  public static DenseLinear of(Tensor weight, Optional<Tensor> bias) {
    return new DenseLinear(
        weight, bias.map(Tensor::toFloats).orElseGet(() -> new float[weight.shape().intSize(0)]));
  }

  @Override
  public int inputs() {
    return weight.shape().intSize(1);
  }

  @Override
  public int outputs() {
    return bias.length;
  }

  @Override
  public DType dtype() {
    return weight.dtype();
  }
}
