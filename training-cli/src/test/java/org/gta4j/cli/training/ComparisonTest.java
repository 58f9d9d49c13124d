package org.gta4j.cli.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.gta4j.cache.CacheLayout;
import org.gta4j.checkpoint.CheckpointException;
import org.gta4j.checkpoint.Json;
import org.gta4j.cli.RefusedException;
import org.gta4j.model.ModelConfig;
import org.gta4j.model.Preset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

/** What is made of the results of experiments. */
class ComparisonTest {
  private static final ModelConfig CONFIG = ModelConfig.read(Preset.named("gta-tiny").config());

  @TempDir private Path folder = Path.of("");

  private static RunResult result(double... losses) {
    return result("held", "learned", losses);
  }

  private static RunResult result(String validation, String data, double... losses) {
    ObjectNode settings = Json.object();
    settings.put("validation", validation);
    settings.put("data", data);
    List<RunResult.Point> curve = new java.util.ArrayList<>();
    for (int i = 0; i < losses.length; i++) {
      curve.add(new RunResult.Point(10L * (i + 1), losses[i]));
    }
    return new RunResult(settings, CONFIG, losses[losses.length - 1] / 2, 20, 1000, 5, curve);
  }

  private static VariantOutcome outcome(String name, Map<Long, RunResult> results) {
    return new VariantOutcome(name, new TreeMap<>(results));
  }

  @Test
  void numbersAreMeansAndDifferencesAreTakenSeedBySeed() {
    VariantOutcome one = outcome("one", Map.of(0L, result(3, 2), 1L, result(5, 2.5)));
    assertThat(one.loss()).isEqualTo(new Spread(2.25, 0.25));
    assertThat(one.bitsPerByte()).isEqualTo(new Spread(1.125, 0.125));
    assertThat(one.curve())
        .containsExactly(new RunResult.Point(10, 4), new RunResult.Point(20, 2.25));
    // One that was measured more often does not shift the others' steps.
    VariantOutcome uneven = outcome("uneven", Map.of(0L, result(3, 2), 1L, result(5, 4, 1)));
    assertThat(uneven.curve())
        .containsExactly(new RunResult.Point(10, 4), new RunResult.Point(20, 3));

    VariantOutcome worse =
        outcome("worse", Map.of(1L, result(2.625), 0L, result(2.25), 7L, result(9)));
    Spread against = worse.lossAgainst(one).orElseThrow();
    assertThat(against.mean()).isCloseTo(0.1875, within(1e-12));
    assertThat(against.half()).isCloseTo(0.0625, within(1e-12));
    assertThat(one.lossAgainst(worse).orElseThrow().mean()).isCloseTo(-0.1875, within(1e-12));
    assertThat(one.lossAgainst(outcome("other", Map.of(7L, result(1))))).isEmpty();
  }

  @Test
  void theFrontierHasWhatNothingIsBetterThanInBoth() {
    VariantOutcome cheap = outcome("a", Map.of(0L, result(4)));
    VariantOutcome equal = outcome("bb", Map.of(0L, result(3)));
    VariantOutcome dearer = outcome("cc", Map.of(0L, result(3.5)));
    VariantOutcome best = outcome("dddd", Map.of(0L, result(2)));
    VariantOutcome wasteful = outcome("eeeee", Map.of(0L, result(2)));
    assertThat(
            ComparisonPlots.frontier(
                List.of(wasteful, dearer, best, equal, cheap), outcome -> outcome.name().length()))
        .containsExactly(cheap, equal, best);
  }

  @Test
  void resultsOfOtherTextsOrBudgetsAreRefused() {
    ComparableResults results =
        new ComparableResults(Optional.of(new ParameterBudget(CONFIG.parameters())));
    results.add(Path.of("a-0.json"), 0, result(1));
    results.add(Path.of("b-1.json"), 1, result("held", "in another order", 1));
    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> results.add(Path.of("c-0.json"), 0, result("held", "other", 1)))
        .withMessageContaining("c-0.json: settings.data: expected learned as in a-0.json")
        .withMessageContaining("found other");
    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> results.add(Path.of("c-1.json"), 1, result("new", "in another order", 1)))
        .withMessageContaining("c-1.json: settings.validation: expected held as in a-0.json");
    ComparableResults small =
        new ComparableResults(Optional.of(new ParameterBudget(CONFIG.parameters() / 2)));
    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> small.add(Path.of("a-0.json"), 0, result(1)))
        .withMessageContaining("a-0.json: settings.config: expected a model of ");
  }

  @Test
  void modelsThatDoNotFitBesideEachOtherAreNotTimed() {
    VariantOutcome one = outcome("one", Map.of(0L, result(1)));
    CacheLayout layout =
        new CacheLayout(CONFIG.attention().shape(), CONFIG.numHiddenLayers(), DecodeSpeeds.CACHE);
    // The weights twice, eight caches of more than 8192 tokens, eight rows of logits.
    long least =
        2 * 2 * CONFIG.parameters()
            + 8 * 8192 * layout.bytesPerToken()
            + 8L * 4 * CONFIG.vocabSize();
    assertThatExceptionOfType(RefusedException.class)
        .isThrownBy(() -> DecodeSpeeds.requireMemory(List.of(one), least))
        .withMessageContaining("8 sequences of 8256 tokens each, takes ")
        .withMessageContaining("with fewer variants");
    long most = least + 8 * 128 * layout.bytesPerToken();
    assertThatCode(() -> DecodeSpeeds.requireMemory(List.of(one), most)).doesNotThrowAnyException();
    assertThatExceptionOfType(RefusedException.class)
        .isThrownBy(() -> DecodeSpeeds.requireMemory(List.of(one, one), most))
        .withMessageStartingWith("--report: timing 2 variants side by side");
  }

  @Test
  void resultsOfModelsWithOtherKeysAreRefused() {
    RunResult known = RunResult.read(Path.of("../docs/comparison/results/gqa-0.json"));
    RunSettings settings = new RunSettings(known.settings());
    settings.requireSame("there", known.settings().deepCopy(), "move it");
    ObjectNode other = known.settings().deepCopy();
    other.withObjectProperty("config").put("sliding_window", 16);
    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> settings.requireSame("there", other, "move it"))
        .withMessageContaining("settings.config.sliding_window: expected no such key, found 16")
        .withMessageContaining("move it");
  }

  @Test
  void aPageKeepsWhatPeopleWrote() throws IOException {
    MarkedPage page = new MarkedPage(folder.resolve("page.md"));
    page.write("Title", "one");
    assertThat(page.file()).content().startsWith("# Title\n\n<!-- begin").contains("\n\none\n\n");
    String text = Files.readString(page.file());
    Files.writeString(page.file(), "Before.\n" + text + "After.\n");
    page.write("Other", "two");
    assertThat(page.file())
        .content()
        .startsWith("Before.\n# Title")
        .endsWith("-->\nAfter.\n")
        .contains("two")
        .doesNotContain("one", "Other");
    String[] parts = text.split("one", -1);
    Files.writeString(page.file(), parts[1] + parts[0]);
    assertThatExceptionOfType(RefusedException.class)
        .isThrownBy(page::requireWritable)
        .withMessageContaining("page.md: expected a page with the lines");
  }
}
