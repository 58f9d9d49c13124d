package org.gta4j.ops.vector;

import jdk.incubator.vector.FloatVector;

/** The width of this machine's vectors, for those who may not load the kernels yet. */
final class VectorWidth {
  private VectorWidth() {}

  /** Bits of a vector of floats. */
  static int bits() {
    return FloatVector.SPECIES_PREFERRED.vectorBitSize();
  }
}
