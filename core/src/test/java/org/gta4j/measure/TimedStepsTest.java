package org.gta4j.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import org.gta4j.cache.CacheType;
import org.gta4j.model.Decoder;
import org.gta4j.model.ModelConfig;
import org.gta4j.model.Preset;
import org.gta4j.ops.Backends;
import org.gta4j.ops.Ops;
import org.gta4j.tensor.DType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Steps that are timed are steps of the model: they can be repeated, and give finite numbers. */
class TimedStepsTest {
  @ParameterizedTest
  @CsvSource({
    "gta-tiny, F32",
    "gqa-tiny, BF16",
    "mla-tiny, Q8_0",
    "gta-tiny, Q4_0",
    "mha-tiny, F16"
  })
  void randomModelsRunAgainAndAgain(String preset, DType dtype) {
    try (Arena arena = Arena.ofShared();
        Ops ops = Backends.choose("vector", 2).ops()) {
      ModelConfig config = ModelConfig.read(Preset.named(preset).config());
      try (Decoder decoder =
              new Decoder(config, RandomWeights.of(preset, config, dtype, arena), ops);
          TimedSteps steps = new TimedSteps(decoder, CacheType.F16, 3, 70, 40)) {
        for (int i = 0; i < 2; i++) {
          assertThat(steps.prefill(40)).isPositive();
          assertThat(steps.decode(3)).isPositive();
        }
        assertThat(steps.lastLogits()).hasSize(config.vocabSize());
        for (float logit : steps.lastLogits()) {
          assertThat(logit).isFinite();
        }
        assertThatThrownBy(() -> steps.decode(200))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("found 200");
      }
    }
  }
}
