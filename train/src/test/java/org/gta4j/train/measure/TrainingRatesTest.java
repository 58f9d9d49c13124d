package org.gta4j.train.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.gta4j.checkpoint.ConfigFile;
import org.gta4j.cost.SharedProcessors;
import org.gta4j.cost.TrainingCost;
import org.gta4j.cost.TrainingPass;
import org.gta4j.cost.TrainingSize;
import org.gta4j.model.ModelConfig;
import org.gta4j.model.Preset;
import org.gta4j.tensor.DType;
import org.gta4j.train.batch.Batch;
import org.gta4j.train.block.Parameters;
import org.gta4j.train.block.Precision;
import org.gta4j.train.model.Dropout;
import org.gta4j.train.model.TrainableDecoder;
import org.gta4j.train.torch.Torch;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

class TrainingRatesTest {
  private static final int SEQUENCES = 1;
  private static final int LENGTH = 128;

  /**
   * By the time that processors take. Others on the machine still take of their caches, and half of
   * a core where two threads share one: what is predicted well on a quiet one is in scale.md.
   */
  @Test
  void whatIsPredictedFromPartsIsWhatABatchTakes() {
    ObjectNode json = Preset.named("gta-tiny").config().json().deepCopy();
    json.put("num_hidden_layers", 1).put("vocab_size", 1024);
    ModelConfig config = ModelConfig.read(ConfigFile.of("small", json));
    SharedProcessors machine =
        TrainingRates.measure(config, Precision.F32, SEQUENCES, LENGTH, 1, 1L << 34);
    TrainingSize size = new TrainingSize(SEQUENCES, LENGTH, SEQUENCES, 1, DType.F32, false, false);
    TrainingPass pass = TrainingPass.of(config, SEQUENCES, LENGTH, machine.bytes(DType.F32), false);
    double predicted = machine.passSeconds(pass, size);
    double measured = batchSeconds(config);
    assertThat(predicted).isBetween(0.5 * measured, 2 * measured);
    TrainingCost cost = TrainingCost.of(config, size, machine, false);
    assertThat(cost.computeSeconds()).isGreaterThan(predicted);
    assertThat(cost.communicationSeconds()).isZero();
    assertThat(machine.exchangeSeconds()).isBetween(1e-12, 1e-7);
    assertThat(machine.callSeconds()).isBetween(1e-7, 1.0);
    assertThat(machine.updateBytes()).isBetween(1e8, 1e12);
  }

  private static double batchSeconds(ModelConfig config) {
    Torch.onThisThreadAlone();
    int[] ids = IntStream.range(0, SEQUENCES * LENGTH).map(i -> i * 7 % 1024).toArray();
    Batch batch = new Batch(SEQUENCES, LENGTH, ids, ids);
    try (Parameters parameters = Parameters.random(config, 0, 0.02);
        TrainableDecoder decoder =
            new TrainableDecoder(parameters, new TrainableDecoder.Mode(Precision.F32, false))) {
      return ProcessorTime.ofThread(() -> {
        decoder.accumulate(batch, ids.length, Dropout.NONE);
        parameters.forgetGradients();
      });
    }
  }
}
