package org.gta4j.ops;

/**
 * The contract once more, for JVMs whose native code checks every address: what {@link
 * NarrowProgram} has, layers of one input, matrices per head, contexts that are divided and joined,
 * values that are widened before they are weighed, and inputs that are quantized.
 */
final class CheckedProgram {
  private CheckedProgram() {}

  public static void main(String[] arguments) {
    NarrowProgram.main(arguments);
    for (Backend backend : Backend.all()) {
      new LinearContractTest().matricesPerHeadAreWithinToleranceBetweenStridedHeads(backend);
      new LinearsContractTest().layersTogetherGiveWhatTheyGiveAlone(backend);
      AttentionContractTest attention = new AttentionContractTest();
      for (String shape : new String[] {"GTA-1B", "GQA", "more maps than a tile has queries"}) {
        attention.raggedBatchesAreWithinToleranceForEveryMaskAndType(backend, shape);
      }
      SplitContractTest splits = new SplitContractTest();
      for (String shape : new String[] {"GTA-1B", "GQA", "GTA with values 80 wide"}) {
        splits.neitherThreadsNorChunksChangeABitOfLongContexts(backend, shape);
      }
      attention.storingWritesTheRoundedNumbersToTheirSlotsAndNothingElse(backend, "GTA-1B");
    }
    QuantizedActivationsTest quantized = new QuantizedActivationsTest();
    for (QuantizedActivationsTest.Case tested : QuantizedActivationsTest.cases()) {
      quantized.sumsAreThoseOfTheQuantizedInputs(tested);
      quantized.aRowIsTheSameAloneAndBesideWhatIsNoNumber(tested);
      quantized.rowsOfZerosAndOfVanishingNumbersGiveZeros(tested);
      quantized.layersOfOneInputGiveWhatTheyGiveAlone(tested);
    }
  }
}
