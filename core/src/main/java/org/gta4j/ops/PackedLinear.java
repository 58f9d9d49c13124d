package org.gta4j.ops;

import org.gta4j.tensor.DType;

/** A linear layer's weights as one implementation of {@link Ops} reads them; only that one can. */
public interface PackedLinear {
  /** Floats a row of its input. */
  int inputs();

  /** Floats a row of its output. */
  int outputs();

  /** The type its weights are kept in. */
  DType dtype();
}
