package org.gta4j.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Shapes with a name. */
class PresetTest {
  /** Table 5 of the paper: parameters in units of 2^20; numbers cached a token and layer. */
  @ParameterizedTest
  @CsvSource({
    "mha-160m, 178.78, 1536",
    "mla-160m, 172.54, 288",
    "gqa-160m, 158.50, 384",
    "gta1-160m, 160.75, 192",
    "gta2-160m, 164.13, 192",
    "mha-500m, 543.27, 2560",
    "mla-500m, 516.00, 352",
    "gqa-500m, 483.23, 512",
    "gta3-500m, 486.98, 192",
    "gta4-500m, 500.11, 320",
    "gqa-1b, 1076.38, 640",
    "gta-1b, 1076.48, 192"
  })
  void theTrainedShapesHaveThePublishedSizes(String name, double millions, int cached) {
    ModelConfig config = ModelConfig.read(Preset.named(name).config());
    assertThat((double) config.parameters() / (1 << 20)).isCloseTo(millions, within(0.01));
    assertThat(config.attention().shape().cacheElements()).isEqualTo(cached);
  }

  @Test
  void everyShapeIsAModel() {
    for (String name : Preset.names()) {
      ModelConfig config = ModelConfig.read(Preset.named(name).config());
      String variant = name.replaceAll("[0-9]?-.*", "");
      assertThat(config.attention().name()).as(name).isEqualTo(variant);
      assertThat(config.tensors().values().stream().mapToLong(shape -> shape.elements()).sum())
          .as(name)
          .isEqualTo(config.parameters());
    }
  }

  @Test
  void anUnknownNameIsRefusedWithThoseThereAre() {
    assertThatThrownBy(() -> Preset.named("gta-2b"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("gta-1b")
        .hasMessageContaining("found gta-2b");
  }
}
