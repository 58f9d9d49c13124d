package org.gta4j.cache;

import static org.assertj.core.api.Assertions.assertThat;

import org.gta4j.model.ModelConfig;
import org.gta4j.model.Preset;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How many conversations a memory holds: the paper's 70 % less, in whole blocks. */
class HeldConversationsTest {
  private static final long MEMORY = 4L << 30;
  private static final int TOKENS = 8192;

  @ParameterizedTest
  @EnumSource(
      value = CacheType.class,
      names = {"F16", "BF16", "Q8"})
  void gtaHoldsMoreThanThreeTimesAsManyAsGqa(CacheType type) {
    assertThat((double) held("gta-1b", type)).isGreaterThanOrEqualTo(3.3 * held("gqa-1b", type));
  }

  private static long held(String shape, CacheType type) {
    ModelConfig config = ModelConfig.read(Preset.named(shape).config());
    CacheLayout layout =
        new CacheLayout(config.attention().shape(), config.numHiddenLayers(), type);
    return MEMORY / layout.blockBytes() / CacheLayout.blocksFor(TOKENS);
  }
}
