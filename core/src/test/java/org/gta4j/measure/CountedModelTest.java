package org.gta4j.measure;

import static org.assertj.core.api.Assertions.assertThat;

import org.gta4j.attention.AttentionShape;
import org.gta4j.cost.AttentionTraffic;
import org.gta4j.cost.CountingRules;
import org.gta4j.cost.NumberBytes;
import org.gta4j.cost.Operation;
import org.gta4j.cost.StepSize;
import org.gta4j.cost.StepWork;
import org.gta4j.model.ModelConfig;
import org.gta4j.model.Preset;
import org.gta4j.ops.Backends;
import org.gta4j.ops.Ops;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the engine does is what the formulas say, to the last multiply-add and byte. */
class CountedModelTest {
  private static final CountingRules RULES =
      new CountingRules(NumberBytes.HALVES, AttentionTraffic.FUSED, false);

  @ParameterizedTest
  @ValueSource(strings = {"mha-tiny", "gqa-160m", "mla-tiny", "gta1-160m", "gta4-500m", "gta-1b"})
  void countsAreThoseOfTheFormulas(String preset) {
    Ops ops = Backends.choose("vector", 2).ops();
    try (ops;
        CountedModel model =
            new CountedModel(ModelConfig.read(Preset.named(preset).config()), ops)) {
      AttentionShape shape = model.config().attention().shape();
      for (int tokens : new int[] {1, 7, 33, 64}) {
        StepCounts prompt = model.prompt(tokens);
        assertCounts(prompt, model.config(), StepSize.prompt(1, tokens));
        long rowBytes = (long) CountedModel.LAYERS * shape.cacheElements() * 2;
        assertThat(prompt.cacheBytesWritten()).isEqualTo(rowBytes * tokens);
        StepCounts decode = model.decode(tokens);
        assertCounts(decode, model.config(), StepSize.decode(1, tokens));
        assertThat(decode.cacheBytesWritten()).isEqualTo(rowBytes);
      }
    }
  }

  private static void assertCounts(StepCounts found, ModelConfig config, StepSize step) {
    double linear = 0;
    double attention = 0;
    double read = 0;
    for (Operation operation : StepWork.of(config, step, RULES)) {
      switch (operation.kind()) {
        case LINEAR -> linear += operation.count() / 2;
        case ATTENTION -> {
          AttentionShape shape = config.attention().shape();
          double pairs = operation.count() / Operation.attentionCount(shape);
          attention += pairs * shape.multiplyAddsPerPair();
          read += operation.cacheBytes();
        }
        case ELEMENTWISE -> {}
      }
    }
    assertThat(found.linear()).isEqualTo((long) linear);
    assertThat(found.attention()).isEqualTo((long) attention);
    assertThat(found.cacheBytesRead()).isEqualTo((long) read);
  }
}
