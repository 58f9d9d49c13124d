package org.gta4j.cli.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.gta4j.checkpoint.Json;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ./gta experiment} as users start it. */
class ExperimentIT {
  private static final String FILE =
      """
      data: stories.txt
      validation: stories.txt
      tokenizer: tokenizer.json
      steps: 4
      batch-tokens: 64
      sequence: 32
      validate-every: 2
      save-every: 2
      seeds: [0, 3]
      parameters: 40000
      model:
        hidden_size: 32
        num_hidden_layers: 2
        num_attention_heads: 4
        head_dim: 8
        max_position_embeddings: 64
        hidden_act: silu
        rms_norm_eps: 0.00001
        rope_theta: 10000.0
        tie_word_embeddings: true
      variants:
        - name: gqa
          model_type: llama
          num_key_value_heads: 2
        - name: gta
          architectures: [GTAForCausalLM]
          model_type: llama
          num_query_heads: 2
          num_key_heads: 1
          num_value_heads: 1
          value_dim: 16
      """;

  @TempDir private Path folder = Path.of("");

  @BeforeEach
  void writeInputs() throws IOException {
    Files.writeString(
        folder.resolve("stories.txt"),
        "The cat sat on the mat. The dog saw the cat.\n<|endoftext|>\n".repeat(20));
    Files.write(folder.resolve("tokenizer.json"), Json.toBytes(Launched.tokenizer()));
    Files.writeString(folder.resolve("grid.yaml"), FILE);
  }

  private Launched experiment(String... more) throws IOException, InterruptedException {
    List<String> arguments = new ArrayList<>(List.of("experiment", "grid.yaml", "--out=out"));
    arguments.addAll(List.of(more));
    return Launched.gta(folder, arguments);
  }

  @Test
  void aGridIsMadeInPiecesAndReported() throws IOException, InterruptedException {
    assertThat(experiment("--report=page.md").output()).contains("no training is finished yet");
    Launched one = experiment("--limit=1");
    assertThat(one.exit()).as(one.output()).isZero();
    assertThat(one.output())
        .contains("gqa-0, 1 of 4: validation loss")
        .contains("1 of 4 trainings");
    byte[] first = Files.readAllBytes(folder.resolve("out/results/gqa-0.json"));
    Launched rest = experiment();
    assertThat(rest.exit()).as(rest.output()).isZero();
    assertThat(rest.output()).contains("4 of 4 trainings are done");
    assertThat(folder.resolve("out/results/gqa-0.json")).hasBinaryContent(first);
    assertThat(experiment("--list").output())
        .contains("gta-3: done, validation loss")
        .contains("4 of 4 trainings are done");

    Launched report = experiment("--report=page.md");
    assertThat(report.exit()).as(report.output()).isZero();
    Path page = folder.resolve("page.md");
    String text = Files.readString(page);
    // 2 x 8 + 2 x 8 and 4 x (8 + 8); 8 + 16 and 2 x (8 + 16).
    assertThat(text)
        .contains("4 trainings, seeds 0, 3")
        .containsPattern("\\| gqa \\| 32 \\| 64 \\| [\\d,]+ \\| [\\d,]+ \\|")
        .containsPattern("\\| gta \\| 24 \\| 48 \\| [\\d,]+ \\| [\\d,]+ \\|")
        .containsPattern(
            "\\| gta \\| 2 \\| [\\d,]+ \\| [\\d,]+ \\| \\d\\.\\d{4} ± \\d\\.\\d{4} \\| [-+]");
    for (String plot : List.of("cache", "attention", "curves")) {
      assertThat(folder.resolve("page-%s.svg".formatted(plot)))
          .content()
          .contains("<svg", "</svg>");
      assertThat(text).contains("(page-%s.svg)".formatted(plot));
    }
    Files.writeString(
        page, "# Ours\n\nWe think.\n\n" + text.substring(text.indexOf("<!--")) + "End.\n");
    assertThat(experiment("--report=page.md").exit()).isZero();
    assertThat(page).content().startsWith("# Ours\n\nWe think.\n\n<!-- begin").endsWith("End.\n");
    Files.writeString(page, "# Ours\n");
    Launched other = experiment("--report=page.md");
    assertThat(other.exit()).isEqualTo(1);
    assertThat(other.output()).contains("page.md: expected a page with the lines");
    assertThat(page).content().isEqualTo("# Ours\n");
    assertThat(experiment("--report=page.txt").output()).contains("ends in .md or .html");
    assertThat(folder.resolve("out/decoding.json")).isNotEmptyFile();
  }

  @Test
  void whatIsNotThisExperimentsIsRefused() throws IOException, InterruptedException {
    assertThat(experiment("--limit=1").exit()).isZero();
    Files.writeString(folder.resolve("grid.yaml"), FILE.replace("steps: 4", "steps: 5"));
    Launched longer = experiment();
    assertThat(longer.exit()).isEqualTo(1);
    assertThat(longer.output())
        .contains("gqa-0.json: settings.plan.steps: expected 5, found 4")
        .contains("another experiment");
    Files.writeString(folder.resolve("grid.yaml"), FILE);
    Files.writeString(folder.resolve("out/results/gqa-0.json"), "{\"curve\": 3}");
    assertThat(experiment("--list").output()).contains("gqa-0.json").contains("settings");
    Files.writeString(folder.resolve("grid.yaml"), FILE.replace("value_dim: 16", "value_dim: 15"));
    assertThat(experiment().output())
        .contains("grid.yaml: gta: ")
        .contains("value_dim")
        .doesNotContain("Exception");
  }

  @Test
  void aVariantLargerThanTheMemoryIsRefusedInWords() throws IOException, InterruptedException {
    // All of two thousand million tokens at once.
    Files.writeString(
        folder.resolve("grid.yaml"),
        FILE.replace("batch-tokens: 64", "batch-tokens: 2000000000\nmicro-tokens: 2000000000"));
    Launched refused = experiment();
    assertThat(refused.exit()).as(refused.output()).isEqualTo(1);
    assertThat(refused.output())
        .startsWith("gta: grid.yaml: gqa: training takes at least ")
        .contains("are available: try fewer micro-tokens, recompute, a smaller model")
        .endsWith("; there is not enough for these either: gta")
        .doesNotContain("Exception");
    assertThat(folder.resolve("out")).doesNotExist();
  }

  /**
   * What the last variant lacks is found before the first one begins, and before texts are read.
   */
  @Test
  void everyVariantIsCheckedBeforeTheFirstBegins() throws IOException, InterruptedException {
    Files.writeString(
        folder.resolve("grid.yaml"),
        FILE.replace("name: gta", "name: gta\n    num_hidden_layers: 40")
            .replace("data: stories.txt", "data: nowhere.txt"));
    Launched refused = experiment();
    assertThat(refused.exit()).as(refused.output()).isEqualTo(1);
    assertThat(refused.output())
        .startsWith("gta: grid.yaml: gta: ")
        .contains("parameters: expected room for the feed-forward network beside")
        .doesNotContain("nowhere.txt");
    assertThat(folder.resolve("out")).doesNotExist();
  }
}
