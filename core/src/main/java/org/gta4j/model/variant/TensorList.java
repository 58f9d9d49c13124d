package org.gta4j.model.variant;

import java.util.LinkedHashMap;
import java.util.SequencedMap;
import org.gta4j.tensor.Shape;

/** Lists tensors with their shapes, in a checkpoint's order. */
public final class TensorList {
  private final SequencedMap<String, Shape> tensors = new LinkedHashMap<>();

  /** An empty list. */
  public TensorList() {}

  /** Adds a linear layer's {@code name.weight} and, where it has one, {@code name.bias}. */
  public TensorList linear(String name, int outputs, int inputs, boolean bias) {
    tensors.put(name + ".weight", Shape.of(outputs, inputs));
    if (bias) {
      tensors.put(name + ".bias", Shape.of(outputs));
    }
    return this;
  }

  /** Adds a norm's {@code name.weight}. */
  public TensorList norm(String name, int width) {
    tensors.put(name + ".weight", Shape.of(width));
    return this;
  }

  /** Adds another list's tensors with {@code prefix} before their names. */
  public TensorList under(String prefix, SequencedMap<String, Shape> others) {
    others.forEach((name, shape) -> tensors.put(prefix + name, shape));
    return this;
  }

  /** The tensors listed so far. */
  public SequencedMap<String, Shape> toMap() {
    return tensors;
  }
}
