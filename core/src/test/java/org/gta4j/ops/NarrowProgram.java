package org.gta4j.ops;

import java.util.List;

/** The contract once more, for JVMs that were given narrower vectors. */
final class NarrowProgram {
  private NarrowProgram() {}

  public static void main(String[] arguments) {
    for (Backend backend : Backend.all()) {
      if (!backend.name().equals("scalar")) {
        OpsContractTest operations = new OpsContractTest();
        new LinearContractTest().linearLayersAreWithinToleranceForEverySizeAndType(backend);
        operations.embeddingCopiesRowsOfItsTableExactly(backend);
        operations.normsOfPartsOfRowsAreWithinTolerance(backend);
        operations.rotationsOfBothLayoutsAreWithinTolerance(backend);
        operations.swiGluIsWithinToleranceFromClosedToOpen(backend);
        operations.sigmoidGateIsWithinToleranceFromClosedToOpen(backend);
        AttentionContractTest attention = new AttentionContractTest();
        BitContractTest bits = new BitContractTest();
        bits.aRowIsTheSameAloneAndAmongAnyOthers(backend);
        bits.aRowIsTheSameBesideRowsThatAreNotNumbers(backend);
        new LinearsContractTest().layersTogetherGiveWhatTheyGiveAlone(backend);
        for (String shape : List.of("MLA with two latents", "odd sizes")) {
          attention.raggedBatchesAreWithinToleranceForEveryMaskAndType(backend, shape);
          bits.attentionIsTheSameInWhateverChunks(backend, shape);
        }
        try (Ops ops = backend.start(1)) {
          System.out.println(ops.describe(true));
        }
      }
    }
  }
}
