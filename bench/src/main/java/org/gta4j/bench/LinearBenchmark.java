package org.gta4j.bench;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.gta4j.ops.Activations;
import org.gta4j.ops.Backends;
import org.gta4j.ops.Ops;
import org.gta4j.ops.PackedLinear;
import org.gta4j.tensor.DType;
import org.gta4j.tensor.FloatMatrix;
import org.gta4j.tensor.Shape;
import org.gta4j.tensor.Tensor;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * GTA-1B's largest linear layer, 1280 → 3584: one row is decoding, many are a prompt. Quantized
 * weights meet activations of 8 bits where the implementation has those.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(
    value = 1,
    jvmArgs = {"--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class LinearBenchmark {
  private static final int INPUTS = 1280;
  private static final int OUTPUTS = 3584;

  @Param({"scalar", "vector", "native"})
  private String backend = "";

  @Param({"F32", "BF16", "F16", "Q8_0", "Q4_0", "Q4_1", "Q4_K", "Q6_K"})
  private String weights = "";

  @Param({"1", "64"})
  private int rows;

  private Optional<Setting> setting = Optional.empty();

  private record Setting(
      Arena arena, Ops ops, PackedLinear layer, FloatMatrix x, FloatMatrix out) {}

  /** Fills weights and activations with random numbers. */
  @Setup(Level.Trial)
  @SuppressWarnings("MustBeClosedChecker") // closed in tearDown
  public void setUp() {
    Arena arena = Arena.ofShared();
    Ops ops = Backends.choose(backend, Backends.defaultThreads(), Activations.AUTO).ops();
    SplittableRandom random = new SplittableRandom(1);
    Tensor weight = Tensor.allocate(arena, DType.valueOf(weights), Shape.of(OUTPUTS, INPUTS));
    if (weight.dtype().isQuantized()) {
      fillBlocks(weight, random);
    } else {
      for (long i = 0; i < weight.shape().elements(); i++) {
        weight.set(i, (float) random.nextDouble(-1, 1));
      }
    }
    FloatMatrix x = FloatMatrix.allocate(arena, rows, INPUTS);
    for (int row = 0; row < rows; row++) {
      for (int i = 0; i < INPUTS; i++) {
        x.set(row, i, (float) random.nextDouble(-1, 1));
      }
    }
    PackedLinear layer = ops.pack(weight, Optional.empty());
    setting =
        Optional.of(new Setting(arena, ops, layer, x, FloatMatrix.allocate(arena, rows, OUTPUTS)));
  }

  /** Any bits, and 0.01 for every two bytes that may be a scale. */
  private static void fillBlocks(Tensor weight, SplittableRandom random) {
    short scale = Float.floatToFloat16(0.01f);
    int blockBytes = weight.dtype().blockBytes();
    long bytes = weight.data().byteSize();
    for (long i = 0; i < bytes; i++) {
      weight.data().set(ValueLayout.JAVA_BYTE, i, (byte) random.nextInt());
    }
    for (long block = 0; block < bytes; block += blockBytes) {
      weight.data().set(Tensor.SHORT, block, scale);
      weight.data().set(Tensor.SHORT, block + Short.BYTES, scale);
      weight.data().set(Tensor.SHORT, block + blockBytes - Short.BYTES, scale);
    }
  }

  /** One linear layer. */
  @Benchmark
  public void linear() {
    Setting s = setting.orElseThrow();
    s.ops().linear(s.layer(), s.x(), s.out(), rows);
  }

  /** Frees the memory. */
  @TearDown(Level.Trial)
  public void tearDown() {
    Setting s = setting.orElseThrow();
    s.ops().close();
    s.arena().close();
  }
}
