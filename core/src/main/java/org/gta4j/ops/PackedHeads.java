package org.gta4j.ops;

import org.gta4j.tensor.DType;

/** A matrix per head as one implementation of {@link Ops} reads them; only that one can. */
public interface PackedHeads {
  /** How many heads. */
  int heads();

  /** Floats a head of its input. */
  int inputs();

  /** Floats a head of its output. */
  int outputs();

  /** The type its weights are kept in. */
  DType dtype();
}
