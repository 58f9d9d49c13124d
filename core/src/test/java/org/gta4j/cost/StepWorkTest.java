package org.gta4j.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.Arena;
import java.math.BigDecimal;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.data.Percentage;
import org.gta4j.attention.AttentionShape;
import org.gta4j.cache.CacheType;
import org.gta4j.checkpoint.Weights;
import org.gta4j.measure.RandomWeights;
import org.gta4j.model.ModelConfig;
import org.gta4j.model.Preset;
import org.gta4j.tensor.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class StepWorkTest {
  private static final CountingRules UNFUSED =
      new CountingRules(NumberBytes.HALVES, AttentionTraffic.UNFUSED, true);
  private static final CountingRules FUSED =
      new CountingRules(NumberBytes.HALVES, AttentionTraffic.FUSED, true);

  private static ModelConfig config(String preset) {
    return ModelConfig.read(Preset.named(preset).config());
  }

  static List<PaperFigures.Row> rows() {
    return PaperFigures.read().rows();
  }

  /** Within 3 % of what was printed, or of what may have been rounded to it. */
  private static void assertPrinted(String what, double found, BigDecimal printed) {
    double unit = printed.ulp().doubleValue();
    if (printed.scale() == 0 && printed.precision() > 3) {
      // Printed in thousands: 1 100 stands for 1.1 k.
      unit = Math.pow(10, printed.precision() - printed.stripTrailingZeros().precision());
    }
    double wanted = printed.doubleValue();
    assertThat(found).as(what).isBetween(0.97 * (wanted - unit / 2), 1.03 * (wanted + unit / 2));
  }

  @ParameterizedTest
  @MethodSource("rows")
  void rowsOfThePapersRooflineComeOut(PaperFigures.Row row) {
    ModelConfig config = config(row.model());
    List<Operation> work = StepWork.of(config, row.step(), UNFUSED);
    assertPrinted("bytes", StepWork.bytes(work) / 1e9, row.gigabytes());
    assertThat(Hardware.named("h100").ceilings().seconds(work))
        .isCloseTo(row.seconds().doubleValue(), Percentage.withPercentage(3));
    // It counts a multiply-add of the output head as one operation, all others as two.
    double head = (double) row.batch() * config.vocabSize() * config.hiddenSize();
    assertPrinted("operations", (StepWork.operations(work) - head) / 1e9, row.gigaOperations());
  }

  static Stream<String> presets() {
    return Preset.names().stream().filter(name -> !name.matches(".*-(500m|1b)"));
  }

  @ParameterizedTest
  @MethodSource("presets")
  void multiplyAddsAreThoseOfTheTensorsAndOfTheAttentionsShape(String preset) {
    ModelConfig config = config(preset);
    try (Arena arena = Arena.ofConfined()) {
      Weights weights = RandomWeights.of(preset, config, DType.BF16, arena);
      StepCost cost = new StepCost(config, weights, CacheType.BF16);
      CountingRules rules = new CountingRules(NumberBytes.HALVES, AttentionTraffic.FUSED, false);
      for (int tokens : new int[] {1, 7}) {
        List<Operation> work = StepWork.of(config, new StepSize(1, tokens, 100), rules);
        double softmax =
            5.0
                * config.attention().shape().maps()
                * config.numHiddenLayers()
                * (tokens * 100 + tokens * (tokens + 1) / 2);
        double products =
            work.stream()
                .filter(each -> each.kind() != Operation.Kind.ELEMENTWISE)
                .mapToDouble(Operation::count)
                .sum();
        assertThat(products - softmax).isEqualTo(cost.prefillOperations(tokens, 100));
      }
      List<Operation> decode = StepWork.of(config, StepSize.decode(3, 101), rules);
      double matrices = decode.stream().mapToDouble(Operation::weightBytes).sum();
      double vectors = cost.weightBytes() - matrices; // norms and biases, in f32
      assertThat(vectors).isBetween(0.0, 0.01 * matrices);
      assertThat(decode.stream().mapToDouble(Operation::cacheBytes).sum())
          .isEqualTo(3.0 * 101 * cost.cacheBytesPerToken());
    }
  }

  @Test
  void promptsOfMlaAreExpandedWhereThatIsLessAndDecodingIsNot() {
    ModelConfig config = config("mla-160m");
    AttentionShape expanded = config.attention().expandedShape();
    assertThat(expanded.multiplyAddsPerPair()).isEqualTo(12 * (96 + 64));
    assertThat(attention(config, StepSize.prompt(2, 10), FUSED).count())
        .isEqualTo(24.0 * 2 * 55 * (2 * 12 * 160 + 5 * 12));
    Operation decode = attention(config, StepSize.decode(2, 10), FUSED);
    assertThat(decode.count()).isEqualTo(24.0 * 2 * 10 * (2 * 12 * (288 + 256) + 5 * 12));
    assertThat(decode.cacheBytes()).isEqualTo(24.0 * 2 * 10 * 288 * 2);
  }

  private static Operation attention(ModelConfig config, StepSize step, CountingRules rules) {
    return StepWork.of(config, step, rules).stream()
        .filter(each -> each.name().equals("attention"))
        .findFirst()
        .orElseThrow();
  }

  @ParameterizedTest
  @ValueSource(strings = {"gqa-1b", "gta-1b", "mha-160m"})
  void fusedAttentionComputesWhatTheMaskShowsAndKeepsScores(String preset) {
    ModelConfig config = config(preset);
    StepSize prompt = StepSize.prompt(1, 1000);
    double fused = attention(config, prompt, FUSED).count();
    double unfused =
        StepWork.of(config, prompt, UNFUSED).stream()
            .filter(each -> List.of("scores", "softmax", "weighted values").contains(each.name()))
            .mapToDouble(Operation::count)
            .sum();
    assertThat(fused / unfused).isCloseTo(1001 / 2000.0, within(1e-9));
    // One token alone sees all: the same arithmetic either way.
    StepSize decode = StepSize.decode(4, 1000);
    assertThat(StepWork.operations(StepWork.of(config, decode, FUSED)))
        .isEqualTo(StepWork.operations(StepWork.of(config, decode, UNFUSED)));
    assertThat(StepWork.bytes(StepWork.of(config, decode, FUSED)))
        .isLessThan(StepWork.bytes(StepWork.of(config, decode, UNFUSED)));
  }
}
