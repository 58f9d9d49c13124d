package org.gta4j.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.Arena;
import org.gta4j.cache.CacheType;
import org.gta4j.measure.RandomWeights;
import org.gta4j.model.ModelConfig;
import org.gta4j.model.Preset;
import org.gta4j.tensor.DType;
import org.junit.jupiter.api.Test;

/** Bytes and operations of a step, against the formulas of the paper's tables. */
class StepCostTest {
  @Test
  void gtaTinyIsCountedByHand() {
    try (Arena arena = Arena.ofConfined()) {
      ModelConfig config = ModelConfig.read(Preset.named("gta-tiny").config());
      StepCost cost =
          new StepCost(config, RandomWeights.of("test", config, DType.BF16, arena), CacheType.F16);
      long hidden = 256;
      // 2 H² + (n_q d_h + n_k d_h + n_c d_l + d_l) H of attention, 3 H F of the network.
      long layer = 2L * hidden * hidden + (2L * 64 + 64 + 128 + 128) * hidden + 3L * hidden * 640;
      assertThat(cost.layerMultiplyAdds()).isEqualTo(4 * layer);
      assertThat(cost.headMultiplyAdds()).isEqualTo(4096L * hidden);
      assertThat(cost.cacheBytesPerToken()).isEqualTo(4L * 192 * 2);
      long vectors = 4 * (2 * hidden + 2L * 64 + 64 + 128 + hidden) + hidden;
      assertThat(cost.weightBytes()).isEqualTo(2 * (4 * layer + 4096L * hidden) + 4 * vectors);
      assertThat(cost.decodeBytes(3, 1000))
          .isEqualTo(cost.weightBytes() + 3 * 1000L * cost.cacheBytesPerToken());
      // Tokens 0 … 9 after 5 see 6 … 15 tokens, their own included.
      long pairs = 4L * (6 + 7 + 8 + 9 + 10 + 11 + 12 + 13 + 14 + 15);
      assertThat(cost.prefillOperations(10, 5))
          .isEqualTo(2.0 * (40 * layer + 4096 * hidden + pairs * 2L * (64 + 128)));
      assertThat(cost.decodeOperations(2, 5)).isEqualTo(2 * cost.prefillOperations(1, 5));
    }
  }

  /** Section 5 of the paper's facts: the bytes that batch 8 at 8 k moves, 2.3 times fewer. */
  @Test
  void theGainOfBytesIsThePapers() {
    assertThat(decodeBytes("gqa-1b", 8, 8192) / decodeBytes("gta-1b", 8, 8192))
        .isCloseTo(2.3, within(0.05));
    assertThat(decodeBytes("gqa-1b", 1, 8192) / decodeBytes("gta-1b", 1, 8192))
        .isCloseTo(1.3, within(0.05));
  }

  private static double decodeBytes(String preset, int batch, long depth) {
    ModelConfig config = ModelConfig.read(Preset.named(preset).config());
    double weights = config.parameters(); // of a byte each, as those facts have it
    return weights + batch * (double) depth * config.attention().shape().cacheElements() * 54 * 2;
  }

  @Test
  void aWindowLimitsWhatIsSeen() {
    try (Arena arena = Arena.ofConfined()) {
      var json = Preset.named("gqa-tiny").config().json();
      json.put("model_type", "mistral");
      json.putArray("architectures").add("MistralForCausalLM");
      json.put("sliding_window", 100);
      ModelConfig config = ModelConfig.read(org.gta4j.checkpoint.ConfigFile.of("windowed", json));
      StepCost cost =
          new StepCost(config, RandomWeights.of("test", config, DType.Q8_0, arena), CacheType.F32);
      assertThat(cost.decodeBytes(1, 50) - cost.weightBytes())
          .isEqualTo(50 * cost.cacheBytesPerToken());
      assertThat(cost.decodeBytes(1, 5000) - cost.weightBytes())
          .isEqualTo(99 * cost.cacheBytesPerToken());
    }
  }
}
