package org.gta4j.kernels;

import org.gta4j.ops.Activations;
import org.gta4j.ops.Ops;
import org.gta4j.tensor.DType;

/** What holds for quantized inputs once more, for a JVM whose kernels were compiled with checks. */
final class QuantizedProgram {
  private QuantizedProgram() {}

  public static void main(String[] arguments) {
    QuantizedActivationsTest test = new QuantizedActivationsTest();
    for (DType dtype : QuantizedActivationsTest.types()) {
      test.sumsAreThoseOfTheQuantizedInputs(dtype);
      test.aRowIsTheSameAloneAndBesideWhatIsNoNumber(dtype);
      test.rowsOfZerosAndOfVanishingNumbersGiveZeros(dtype);
      test.layersOfOneInputGiveWhatTheyGiveAlone(dtype);
      test.matricesPerHeadGiveWhatEachGivesAlone(dtype);
    }
    try (Ops ops = RunnableKernels.start(1, Activations.AUTO)) {
      System.out.println(ops.describe(true));
    }
  }
}
