package org.gta4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import java.util.Optional;
import java.util.OptionalDouble;
import org.gta4j.cache.CacheType;
import org.gta4j.cost.StepCost;
import org.gta4j.generate.LoadOptions;
import org.gta4j.measure.MachineRates;
import org.gta4j.model.Preset;
import org.gta4j.tensor.DType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What {@code gta bench} makes of speeds, with a machine's rates given instead of measured. */
class BenchRunTest {
  private static final double BYTES_PER_SECOND = 2e9;
  private static final double OPERATIONS_PER_SECOND = 3e10;
  private static final BenchCase.Speeds NONE =
      new BenchCase.Speeds(OptionalDouble.empty(), OptionalDouble.empty());

  private BenchModel model;
  private StepCost cost;
  private BenchRun run;

  @BeforeEach
  void prepare() {
    model =
        BenchModel.of(
            "gta-tiny",
            BenchModel.random(Preset.named("gta-tiny"), DType.BF16),
            new LoadOptions("scalar", 1, CacheType.F16, Optional.empty()));
    cost = new StepCost(model.decoder().config(), model.checkpoint().weights(), CacheType.F16);
    MachineRates rates = new MachineRates(BYTES_PER_SECOND, OPERATIONS_PER_SECOND);
    run = new BenchRun(model, CacheType.F16, rates, Optional.empty(), 1, news -> {});
  }

  @AfterEach
  void close() {
    model.close();
  }

  private BenchRun.Result decoded(int generate, int batch, int depth, double speed) {
    return run.result(
        new BenchCase(0, generate, batch, depth),
        new BenchCase.Speeds(OptionalDouble.empty(), OptionalDouble.of(speed)),
        NONE);
  }

  /** The weights' bytes are shared by a batch, the cache's are not. */
  @Test
  void bytesAreThoseInTheMiddleOfWhatIsDecoded() {
    double weights = cost.decodeBytes(1, 0);
    double token = cost.decodeBytes(1, 1001) - cost.decodeBytes(1, 1000);
    assertThat(token).isPositive();
    assertThat(decoded(64, 1, 0, 1).bytesPerToken()).hasValue(weights + 32 * token);
    assertThat(decoded(64, 1, 500, 1).bytesPerToken()).hasValue(weights + 532 * token);
    assertThat(decoded(1, 1, 500, 1).bytesPerToken()).hasValue(weights + 500 * token);
    assertThat(decoded(64, 8, 500, 1).bytesPerToken()).hasValue(weights / 8 + 532 * token);
  }

  @Test
  void decodingAtTheRateOfMemoryIsAllFloorAndHalfAsFastIsHalf() {
    for (int batch : new int[] {1, 8}) {
      // Of all sequences together.
      double fastest = BYTES_PER_SECOND / decoded(10, batch, 300, 1).bytesPerToken().orElseThrow();
      assertThat(decoded(10, batch, 300, fastest).decodeFloor().orElseThrow())
          .isCloseTo(1, offset(1e-12));
      assertThat(decoded(10, batch, 300, fastest / 2).decodeFloor().orElseThrow())
          .isCloseTo(0.5, offset(1e-12));
    }
    assertThat(decoded(10, 1, 300, 5).prefillFloor()).isEmpty();
  }

  @Test
  void aPromptAtTheRateOfProductsIsAllFloorAndHalfAsFastIsHalf() {
    for (int batch : new int[] {1, 3}) {
      for (int depth : new int[] {0, 700}) {
        double seconds = cost.prefillOperations(40, depth) / OPERATIONS_PER_SECOND;
        for (int times : new int[] {1, 2}) {
          BenchRun.Result result =
              run.result(
                  new BenchCase(40, 0, batch, depth),
                  new BenchCase.Speeds(
                      OptionalDouble.of(40 / seconds / times), OptionalDouble.empty()),
                  NONE);
          assertThat(result.prefillFloor().orElseThrow()).isCloseTo(1.0 / times, offset(1e-12));
          assertThat(result.decodeFloor()).isEmpty();
          assertThat(result.bytesPerToken()).isEmpty();
        }
      }
    }
  }
}
