package org.gta4j.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.gta4j.checkpoint.Checkpoint;
import org.gta4j.train.batch.Batch;
import org.gta4j.train.block.Parameters;
import org.gta4j.train.block.Precision;
import org.gta4j.train.model.Dropout;
import org.gta4j.train.model.TrainableDecoder;
import org.gta4j.train.torch.TensorScope;
import org.gta4j.train.torch.Torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * No variant makes an attention map of a long sequence, to keep for the backward pass or at all.
 */
class LongSequencesTest {
  private static final int LENGTH = 6_144;

  /** Of f32; every variant has at least two in each of two layers. */
  private static final long MAP_BYTES = (long) LENGTH * LENGTH * Float.BYTES;

  static List<VariantSpecificationTest.Variant> variants() {
    return VariantSpecificationTest.all();
  }

  @ParameterizedTest
  @MethodSource("variants")
  void memoryOfAStepIsLessThanAMap(VariantSpecificationTest.Variant variant, @TempDir Path folder)
      throws IOException {
    int[] ids = new SplittableRandom(3).ints(LENGTH, 0, 50).toArray();
    Batch batch = Batch.ofSequences(1, LENGTH, ids);
    try (Checkpoint checkpoint = Checkpoint.open(variant.checkpoint().write(folder));
        Parameters parameters =
            Parameters.of(ModelConfig.read(checkpoint.config()), checkpoint.weights());
        TrainableDecoder decoder =
            new TrainableDecoder(parameters, new TrainableDecoder.Mode(Precision.F32, false))) {
      forgetPeak();
      long before = status("VmRSS");
      decoder.accumulate(batch, batch.counted(), Dropout.NONE);
      assertThat(status("VmHWM") - before).as("bytes at the most").isLessThan(MAP_BYTES);
    }
  }

  @Test
  void aMapWouldBeSeen() throws IOException {
    try (TensorScope _ = new TensorScope()) {
      forgetPeak();
      long before = status("VmRSS");
      Torch.empty(Torch.F32, LENGTH, LENGTH).zero_();
      assertThat(status("VmHWM") - before).isGreaterThan(MAP_BYTES - (MAP_BYTES >> 3));
    }
  }

  /** Has the system measure the most memory anew. */
  private static void forgetPeak() throws IOException {
    Files.writeString(Path.of("/proc/self/clear_refs"), "5");
  }

  /** A number of this process's memory, in bytes. */
  private static long status(String key) throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
            .filter(line -> line.startsWith(key + ":"))
            .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
            .findFirst()
            .orElseThrow()
        * 1024;
  }
}
