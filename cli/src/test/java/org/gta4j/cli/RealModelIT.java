package org.gta4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A real model through the launcher, with whatever backend that takes, where the model lies beside
 * the project ({@code -Dgta.models=FOLDER}); skipped elsewhere.
 */
class RealModelIT {
  private static final Path FOLDER =
      Path.of(
          System.getProperty(
              "gta.models", GtaProcess.root().resolve("../shared/models").toString()));
  private static final Path MODEL = FOLDER.resolve("SmolLM2-135M-Instruct.Q4_1.gguf");

  /**
   * Four windows of 512 tokens of WikiText-2's test text, by the run whose first forty have a
   * perplexity of 28.687 where transformers' is 28.686.
   */
  private static final double NEGATIVE_LOG_LIKELIHOOD = 6950.87;

  @BeforeAll
  static void requireModel() {
    assumeTrue(Files.exists(MODEL), () -> "no real model: there is no " + MODEL.normalize());
  }

  private static int[] ints(JsonNode list) {
    return StreamSupport.stream(list.spliterator(), false).mapToInt(JsonNode::intValue).toArray();
  }

  @Test
  void greedyIdsAreTheReferences() throws IOException {
    for (String line : Files.readAllLines(FOLDER.resolve("greedy.jsonl"))) {
      JsonNode expected = JsonMapper.shared().readTree(line);
      int[] greedy = ints(expected.path("greedy"));
      JsonNode found =
          GtaProcess.run(
                  "generate",
                  "--model",
                  MODEL.toString(),
                  "--ids",
                  TokenIds.format(ints(expected.path("ids"))),
                  "--max-tokens",
                  Integer.toString(greedy.length),
                  "--activations",
                  "f32",
                  "--cache-type",
                  "f32",
                  "--json")
              .done()
              .json();
      assertThat(ints(found.path("ids"))).as(line).isEqualTo(greedy);
    }
  }

  @Test
  void perplexityIsTheReferences() {
    Path text = FOLDER.resolve("../data/wikitext2/wiki.test.raw");
    assumeTrue(Files.exists(text), () -> "there is no " + text.normalize());
    String[] command = {
      "perplexity",
      "--model",
      MODEL.toString(),
      "--file",
      text.toString(),
      "--window",
      "512",
      "--windows",
      "4",
      "--cache-type",
      "f32",
      "--json",
      "--activations",
      "f32"
    };
    JsonNode exact = GtaProcess.run(command).done().json();
    assertThat(exact.path("tokens").intValue()).isEqualTo(4 * 511);
    assertThat(exact.path("nll_sum").doubleValue())
        .isCloseTo(NEGATIVE_LOG_LIKELIHOOD, within(NEGATIVE_LOG_LIKELIHOOD * 1e-4));
    command[command.length - 1] = "auto";
    double quantized = GtaProcess.run(command).done().json().path("ppl").doubleValue();
    assertThat(quantized / exact.path("ppl").doubleValue())
        .as("what 8-bit activations cost")
        .isBetween(0.99, 1.01);
  }

  @Test
  void aQuestionIsAnsweredThroughTheChatTemplate() {
    assertThat(
            GtaProcess.run(
                    "generate", "--model", MODEL.toString(), "What is the capital of France?")
                .done()
                .out())
        .isEqualTo("The capital of France is Paris.\n");
  }

  /** The first records of the file's sample, of which log-probabilities are known. */
  @Test
  void choicesAreScoredAsByTheHarness(@TempDir Path out) throws IOException {
    Path data = FOLDER.resolve("../data/eval");
    assumeTrue(Files.isDirectory(data), () -> "no records: there is no " + data.normalize());
    GtaProcess.run(
            "eval",
            "--model",
            MODEL.toString(),
            "--tasks",
            "hellaswag,arc_easy,piqa",
            "--data",
            data.toString(),
            "--limit",
            "8",
            "--activations",
            "f32",
            "--out",
            out.toString())
        .done();
    JsonNode tasks = JsonMapper.shared().readTree(Files.readString(FOLDER.resolve("choices.json")));
    for (JsonNode task : tasks) {
      List<String> lines =
          Files.readAllLines(
              out.resolve("samples_%s.jsonl".formatted(task.path("task").asString())));
      assertThat(lines).hasSize(8);
      for (int i = 0; i < lines.size(); i++) {
        JsonNode found = JsonMapper.shared().readTree(lines.get(i));
        JsonNode expected = task.path("sample").path(i);
        for (int choice = 0; choice < expected.path("logprobs").size(); choice++) {
          assertThat(found.path("resps").path(choice).path(0).doubleValue())
              .isCloseTo(expected.path("logprobs").path(choice).doubleValue(), within(0.03));
        }
        assertThat(found.path("prediction")).isEqualTo(expected.path("prediction"));
        assertThat(found.path("prediction_norm")).isEqualTo(expected.path("prediction_norm"));
        assertThat(found.path("target")).isEqualTo(expected.path("gold"));
      }
    }
  }
}
