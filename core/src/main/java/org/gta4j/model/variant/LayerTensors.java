package org.gta4j.model.variant;

import java.lang.foreign.Arena;
import java.util.Optional;
import java.util.SequencedMap;
import org.gta4j.checkpoint.CheckpointException;
import org.gta4j.checkpoint.Weights;
import org.gta4j.ops.Ops;
import org.gta4j.ops.PackedHeads;
import org.gta4j.ops.PackedLinear;
import org.gta4j.tensor.DType;
import org.gta4j.tensor.Shape;
import org.gta4j.tensor.Tensor;

/**
 * The tensors of one part of a model, found in the checkpoint under the shapes the part declares,
 * and prepared for the operations that read them.
 *
 * @param weights the checkpoint's tensors under the part's prefix
 * @param declared names and shapes the part has
 * @param ops what prepares them
 * @param arena where what is computed from them at load is kept
 */
public record LayerTensors(
    Weights weights, SequencedMap<String, Shape> declared, Ops ops, Arena arena) {
  /** A linear layer: {@code name.weight} and, if declared, {@code name.bias}. */
  public PackedLinear linear(String name) {
    Tensor weight = tensor(name + ".weight");
    if (!ops.supportsWeights(weight.dtype())) {
      throw CheckpointException.of(
          weights.file(),
          "tensor " + weights.prefix() + name + ".weight",
          "a type that backend %s computes on".formatted(ops.name()),
          weight.dtype());
    }
    return ops.pack(weight, optional(name + ".bias"));
  }

  /** A vector such as a norm's weight, as f32. */
  public float[] vector(String name) {
    return tensor(name).toFloats();
  }

  /** The tensor of that name. */
  public Tensor tensor(String name) {
    Shape shape = declared.get(name);
    if (shape == null) {
      throw new IllegalArgumentException("the tensor " + name + " is not declared");
    }
    return weights.get(name, shape.toArray());
  }

  /** A matrix per head, written by {@code filler}, as the operations read them. */
  public PackedHeads heads(int heads, int outputs, int inputs, HeadWeights filler) {
    Tensor packed = Tensor.allocate(arena, DType.F32, Shape.of(heads, outputs, inputs));
    long index = 0;
    for (int head = 0; head < heads; head++) {
      for (int output = 0; output < outputs; output++) {
        for (int input = 0; input < inputs; input++) {
          packed.set(index++, filler.get(head, output, input));
        }
      }
    }
    return ops.packHeads(packed);
  }

  private Optional<Tensor> optional(String name) {
    return declared.containsKey(name) ? Optional.of(tensor(name)) : Optional.empty();
  }

  /** One number of a matrix per head. */
  @FunctionalInterface
  public interface HeadWeights {
    /** The weight of {@code input} in {@code output} of {@code head}. */
    float get(int head, int output, int input);
  }
}
