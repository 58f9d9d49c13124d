package org.gta4j.kernels;

import org.gta4j.ops.Activations;
import org.gta4j.ops.Ops;
import org.gta4j.tensor.DType;

/**
 * What holds for heads' quantized inputs once more, for a JVM whose kernels were compiled with
 * checks.
 */
final class QuantizedProgram {
  private QuantizedProgram() {}

  public static void main(String[] arguments) {
    for (DType dtype : QuantizedHeadsTest.types()) {
      new QuantizedHeadsTest().matricesPerHeadGiveWhatEachGivesAlone(dtype);
    }
    try (Ops ops = RunnableKernels.start(1, Activations.AUTO)) {
      System.out.println(ops.describe(true));
    }
  }
}
