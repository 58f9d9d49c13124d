package org.gta4j.cli.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.gta4j.checkpoint.CheckpointException;
import org.gta4j.cli.RefusedException;
import org.gta4j.plot.Page;
import org.gta4j.train.run.Metrics;
import org.gta4j.train.run.StepReport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReportVerbTest {
  private static final Path DOCS = Path.of("../docs");

  @TempDir private Path folder = Path.of("");

  /** What {@code gta report docs/NAME --out docs/NAME.md} writes is what is there. */
  @ParameterizedTest
  @ValueSource(strings = {"comparison", "evaluation"})
  void pagesOfThisProjectAreMadeOfTheirResults(String name) {
    Path file = DOCS.resolve(name + ".md");
    assertThat(new MarkedPage(file).part())
        .isEqualTo(PageFile.markdown(file, ReportVerb.page(DOCS.resolve(name))).strip());
    assertThat(file)
        .content()
        .contains("./gta report docs/%1$s --out docs/%1$s.md".formatted(name));
    for (String plot : ReportVerb.page(DOCS.resolve(name)).pictures().keySet()) {
      assertThat(DOCS.resolve("%s-%s.svg".formatted(name, plot))).isNotEmptyFile();
    }
  }

  @Test
  void aTrainingHasCurves() {
    try (Metrics metrics = Metrics.open(folder, 0)) {
      for (long step = 1; step <= 20; step++) {
        metrics.add(
            new StepReport(
                step,
                3 - step / 100.0,
                step * 64,
                32,
                1e-3,
                1,
                OptionalLong.empty(),
                OptionalDouble.of(2.5)));
      }
    }
    Page page = ReportVerb.page(folder);
    assertThat(page.markdown(plot -> plot + ".svg"))
        .contains("| Tokens | 1,280 |", "](curves.svg)", "2.8000 nats a token, step 20")
        .doesNotContain("Settings");
    assertThat(page.html()).contains("<h1>Training of " + folder.getFileName(), "<svg");
  }

  @Test
  void aTrainingWhoseLinesAreDamagedIsRefused() throws IOException {
    String step = "{\"step\":%d,\"loss\":%s,\"tokens\":64,\"tokens_per_second\":32}\n";
    Path file = folder.resolve("metrics.jsonl");
    Files.writeString(file, step.formatted(1, "3.5") + step.formatted(2, "\"NaN\"") + "{\"st");
    assertThat(ReportVerb.page(folder).html()).contains("step 1");
    Files.writeString(file, "garbage\n" + step.formatted(2, "3"));
    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> ReportVerb.page(folder))
        .withMessageContaining("metrics.jsonl: line 1: expected a JSON object with a step");
    Files.writeString(file, step.formatted(1, "\"x\"") + step.formatted(2, "3"));
    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> ReportVerb.page(folder))
        .withMessageContaining("metrics.jsonl: step 1: loss: expected a number");
  }

  @Test
  void anEvaluationHasATableAndBars() throws IOException {
    Files.writeString(
        folder.resolve("results.json"),
        """
        {"results":{"piqa":{"alias":"piqa","acc,none":0.65,"acc_stderr,none":0.04,"acc_norm,none":0.7},
          "wikitext":{"word_perplexity,none":30.5}},
         "n-shot":{"piqa":5},"n-samples":{"piqa":{"effective":150}},"config":{"model":"a|b"}}
        """);
    Page page = ReportVerb.page(folder);
    assertThat(page.markdown(plot -> plot + ".svg"))
        .contains(
            "| piqa | 150 | 5 | acc | 0.6500 | 0.0400 |",
            "| piqa | 150 | 5 | acc_norm | 0.7000 |  |",
            "| wikitext |  |  | word_perplexity | 30.5000 |  |",
            "](accuracy.svg)",
            "| model | a\\|b |");
    assertThat(page.pictures().get("accuracy")).contains("<svg");
    for (String damaged :
        new String[] {
          "{", "{\"results\":{}}", "[]", "{\"results\":{\"piqa\":{\"acc,none\":\"NaN\"}}}"
        }) {
      Files.writeString(folder.resolve("results.json"), damaged);
      assertThatExceptionOfType(CheckpointException.class)
          .isThrownBy(() -> ReportVerb.page(folder))
          .withMessageContaining("results.json");
    }
  }

  @Test
  void whatHasNoResultsIsRefused() throws IOException {
    assertThatExceptionOfType(RefusedException.class)
        .isThrownBy(() -> ReportVerb.page(folder))
        .withMessageContaining("expected metrics.jsonl of a training");
    Files.createDirectories(folder.resolve("results"));
    assertThatExceptionOfType(RefusedException.class)
        .isThrownBy(() -> ReportVerb.page(folder))
        .withMessageContaining("no training is finished yet");
    Files.writeString(folder.resolve("results/gqa-0.json"), "{}");
    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> ReportVerb.page(folder))
        .withMessageContaining("gqa-0.json");
    Files.writeString(folder.resolve("metrics.jsonl"), "");
    assertThatExceptionOfType(RefusedException.class)
        .isThrownBy(() -> ReportVerb.page(folder))
        .withMessageContaining("no step is written down yet");
  }
}
