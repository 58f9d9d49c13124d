package org.gta4j.cli.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.gta4j.model.ModelConfig;
import org.gta4j.model.Preset;
import org.gta4j.train.block.Lora;
import org.gta4j.train.block.Precision;
import org.gta4j.train.run.TrainingMemory;
import org.gta4j.train.run.TrainingPlan;
import org.junit.jupiter.api.Test;

class MemoryNeedTest {
  private static final ModelConfig CONFIG = ModelConfig.read(Preset.named("gta-tiny").config());
  private static final Lora LORA = new Lora(2, 4, List.of("q_proj"));

  /** Eight sequences of 64 tokens, two at once. */
  private static TrainingPlan plan(boolean recompute) {
    return new Schedule(10, 512, 128, 1e-3, 0.1, 0, 0.9, 0.95, 0, Precision.F32, recompute)
        .plan(64, 0);
  }

  private static MemoryNeed need(Optional<Lora> lora, boolean recompute, MemoryNeed.From from) {
    return new MemoryNeed(CONFIG, lora, plan(recompute), 64, 2, from);
  }

  private static TrainingMemory memory() {
    return TrainingMemory.of(CONFIG, Optional.empty(), plan(false), 64, 2, 1, 1);
  }

  @Test
  void whatFitsIsNotRefusedToTheByte() {
    MemoryNeed need = need(Optional.empty(), false, MemoryNeed.From.NOTHING);
    long needed = memory().total();
    assertThat(need.refusal(1, 1, 1, needed)).isEmpty();
    assertThat(need.refusal(1, 1, 1, needed - 1)).isPresent();
    // Two processes share the batches; each has parameters and moments.
    assertThat(need.refusal(2, 2, 1, needed)).isPresent();
    assertThat(need.refusal(1, 2, 1, needed)).isEmpty();
  }

  @Test
  void whatIsNeededAndThereIsSaidWithWhatToTry() {
    String sentence =
        need(Optional.empty(), false, MemoryNeed.From.NOTHING)
            .refusal(1, 1, 1, memory().total() - 1)
            .orElseThrow();
    assertThat(sentence)
        .startsWith("training takes at least ")
        .contains(" of parameters, ", " of AdamW's moments, ", " of gradients, ")
        .endsWith(
            "are available: try fewer --threads, fewer --micro-tokens, --recompute, a smaller model")
        .doesNotContain("\n");
    assertThat(
            need(Optional.empty(), true, MemoryNeed.From.AN_EXPERIMENT)
                .refusal(1, 1, 1, memory().least()))
        .hasValueSatisfying(keys ->
            assertThat(keys).endsWith("try fewer --threads, fewer micro-tokens, a smaller model"));
    assertThat(need(Optional.empty(), false, MemoryNeed.From.NOTHING).refusal(2, 2, 1, 1L << 20))
        .hasValueSatisfying(
            two -> assertThat(two).contains(" of memory in 2 processes, each of which takes: "));
  }

  /** Nothing that only makes batches smaller is advised where parameters alone do not fit. */
  @Test
  void adviceIsWhatHelps() {
    assertThat(need(Optional.empty(), false, MemoryNeed.From.NOTHING).refusal(1, 1, 1, 1000))
        .hasValueSatisfying(sentence ->
            assertThat(sentence).endsWith("1.00 kB are available: try a smaller model"));
    assertThat(need(Optional.empty(), false, MemoryNeed.From.A_MODEL).refusal(1, 1, 1, 1000))
        .hasValueSatisfying(
            sentence -> assertThat(sentence).endsWith("try --lora, a smaller model"));
    assertThat(need(Optional.of(LORA), false, MemoryNeed.From.A_MODEL).refusal(1, 1, 1, 1000))
        .hasValueSatisfying(sentence -> assertThat(sentence).endsWith("try a smaller model"));
    Lora all = new Lora(1, 2, Lora.usualTargets(CONFIG));
    MemoryNeed small =
        new MemoryNeed(CONFIG, Optional.of(all), plan(true), 1, 1, MemoryNeed.From.A_MODEL);
    assertThat(small.refusal(1, 1, 1, memory().parameters() + 1000))
        .hasValueSatisfying(sentence ->
            assertThat(sentence)
                .contains(" of adapted weights once more, when the adapters are added to them")
                .endsWith("try fewer --lora-targets, a smaller model"));
    long adapted = memory().parameters() + memory().activations() + memory().moments() / 2;
    assertThat(need(Optional.of(LORA), false, MemoryNeed.From.A_MODEL).refusal(1, 1, 1, adapted))
        .isEmpty();
  }
}
