package org.gta4j.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.gta4j.checkpoint.Checkpoint;
import org.gta4j.train.batch.Batch;
import org.gta4j.train.block.Lora;
import org.gta4j.train.block.Parameters;
import org.gta4j.train.block.Precision;
import org.gta4j.train.model.Dropout;
import org.gta4j.train.model.TrainableDecoder;
import org.gta4j.train.optim.AdamW;
import org.gta4j.train.optim.LearningRate;
import org.gta4j.train.run.TrainingMemory;
import org.gta4j.train.run.TrainingPlan;
import org.gta4j.train.torch.TensorScope;
import org.gta4j.train.torch.Torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
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

  /** Every variant, and one of them in all ways to train it, also where few layers are adapted. */
  static Stream<Arguments> trainings() {
    Stream<Arguments> every =
        variants().stream().map(variant -> Arguments.of(variant, Precision.F32, false, ""));
    VariantSpecificationTest.Variant one =
        variants().stream()
            .filter(variant -> variant.name().equals("GTA"))
            .findFirst()
            .orElseThrow();
    Stream<Arguments> ways =
        Stream.of(Precision.values())
            .flatMap(precision ->
                Stream.of("", "q_proj", "down_proj", "lm_head")
                    .flatMap(adapted ->
                        Stream.of(false, true)
                            .map(recompute -> Arguments.of(one, precision, recompute, adapted))));
    return Stream.concat(every, ways);
  }

  /** What is counted before a training begins is a bound from below. */
  @ParameterizedTest
  @MethodSource("trainings")
  void aStepTakesAtLeastTheActivationsThatAreCounted(
      VariantSpecificationTest.Variant variant,
      Precision precision,
      boolean recompute,
      String adapted,
      @TempDir Path folder)
      throws IOException {
    int[] ids = new SplittableRandom(3).ints(LENGTH, 0, 50).toArray();
    Batch batch = Batch.ofSequences(1, LENGTH, ids);
    TrainableDecoder.Mode mode = new TrainableDecoder.Mode(precision, recompute);
    try (Checkpoint checkpoint = Checkpoint.open(variant.checkpoint().write(folder));
        Parameters parameters =
            Parameters.of(ModelConfig.read(checkpoint.config()), checkpoint.weights())) {
      Optional<Lora> lora =
          adapted.isEmpty() ? Optional.empty() : Optional.of(new Lora(1, 2, List.of(adapted)));
      lora.ifPresent(adaptation -> parameters.adapt(adaptation, 1));
      TrainingMemory counted =
          TrainingMemory.of(parameters.config(), lora, plan(precision, recompute), LENGTH, 1, 1, 1);
      try (TrainableDecoder decoder = new TrainableDecoder(parameters, mode)) {
        Native.trim();
        forgetPeak();
        long before = status("VmRSS");
        decoder.accumulate(batch, batch.counted(), Dropout.NONE);
        assertThat(status("VmHWM") - before)
            .as("bytes at the most")
            .isGreaterThan(counted.activations());
      }
    }
  }

  private static TrainingPlan plan(Precision precision, boolean recompute) {
    return new TrainingPlan(
        1,
        1,
        1,
        new LearningRate(1e-3, 0.1, 0, 1),
        new AdamW.Settings(0.9, 0.95, 1e-8, 0.1),
        1,
        0,
        0,
        precision,
        recompute);
  }

  /** Gives the system back what glibc keeps of freed memory, which would else be used unseen. */
  private static final class Native {
    private static final MethodHandle TRIM = trimming();

    @SuppressWarnings("restricted") // as its manual page declares it
    private static MethodHandle trimming() {
      Linker linker = Linker.nativeLinker();
      return linker.downcallHandle(
          linker.defaultLookup().findOrThrow("malloc_trim"),
          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG));
    }

    static void trim() {
      try {
        int done = (int) TRIM.invokeExact(0L);
        assertThat(done).isBetween(0, 1);
      } catch (Throwable e) {
        throw new AssertionError(e);
      }
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
