package org.gta4j.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.StreamSupport;
import org.gta4j.cache.CacheType;
import org.gta4j.checkpoint.SafetensorsReader;
import org.gta4j.generate.LanguageModel;
import org.gta4j.generate.LoadOptions;
import org.gta4j.generate.Request;
import org.gta4j.ops.ChildJvm;
import org.gta4j.tensor.Tensor;
import org.gta4j.testing.GgufFixture;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * SmolLM2-135M-Instruct in Q4_1 against what transformers computed from its dequantized weights.
 * The model is no part of the project: its folder is the system property {@code gta.models}, by
 * default {@code ../shared/models} beside the project, and where that is missing these are reported
 * as skipped.
 */
class RealModelTest {
  private static final Path FOLDER = folder();
  private static final Path MODEL = FOLDER.resolve("SmolLM2-135M-Instruct.Q4_1.gguf");
  private static final double LOG_PROBABILITY = 0.02;
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  private static Path folder() {
    String given = System.getProperty("gta.models", "");
    Path root = Path.of(System.getProperty("gta.root", ".."));
    return given.isEmpty() ? root.resolve("../shared/models") : Path.of(given);
  }

  @BeforeAll
  static void requireModel() {
    assumeTrue(Files.exists(MODEL), () -> "no real model: there is no " + MODEL.normalize());
  }

  private static LanguageModel load(String backend) {
    return LanguageModel.load(MODEL, new LoadOptions(backend, 2, CacheType.F32, Optional.of(1024)));
  }

  private record Greedy(int[] prompt, int[] expected) {}

  private static List<Greedy> greedy() throws IOException {
    List<Greedy> lines = new ArrayList<>();
    for (String line : Files.readAllLines(FOLDER.resolve("greedy.jsonl"))) {
      JsonNode node = MAPPER.readTree(line);
      lines.add(new Greedy(ints(node.path("ids")), ints(node.path("greedy"))));
    }
    assertThat(lines).as("lines of greedy.jsonl").isNotEmpty();
    return lines;
  }

  private static int[] ints(JsonNode list) {
    return StreamSupport.stream(list.spliterator(), false).mapToInt(JsonNode::intValue).toArray();
  }

  @Test
  void greedyIdsAreTheReferences() throws IOException {
    try (LanguageModel model = load("vector")) {
      for (Greedy line : greedy()) {
        Request request = Request.greedy(line.prompt(), line.expected().length);
        assertThat(model.generate(request, text -> {}).ids())
            .as("after %s", Arrays.toString(line.prompt()))
            .isEqualTo(line.expected());
      }
    }
  }

  @Test
  void plainLoopsChooseTheSameFirstIds() throws IOException {
    try (LanguageModel model = load("scalar")) {
      Greedy line = greedy().getFirst();
      assertThat(model.generate(Request.greedy(line.prompt(), 2), text -> {}).ids())
          .isEqualTo(Arrays.copyOf(line.expected(), 2));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "b", "c"})
  void logProbabilitiesAreTheReferences(String prompt) {
    try (Arena arena = Arena.ofConfined();
        LanguageModel model = load("vector")) {
      Map<String, Tensor> expected =
          SafetensorsReader.read(FOLDER.resolve("logits.safetensors"), arena);
      int[] ids = get(expected, "ids." + prompt).toInts();
      Tensor next = get(expected, "logprobs." + prompt);
      Tensor best = get(expected, "top." + prompt);
      Tensor bestIds = get(expected, "top_ids." + prompt);
      int[] idsOfBest = bestIds.toInts();
      int ranks = bestIds.shape().intSize(1);
      float[] row = new float[model.config().vocabSize()];
      model.score(
          ids,
          (position, logits, index) -> {
            logits.copyRow(index, row, 0);
            double total = logSumExp(row);
            if (position + 1 < ids.length) {
              assertThat(Math.abs(row[ids[position + 1]] - total - next.get(position)))
                  .as("token %d after token %d", ids[position + 1], position)
                  .isLessThanOrEqualTo(LOG_PROBABILITY);
            }
            // Neighbours may change places: what counts is what each of the five is worth.
            for (int rank = 0; rank < ranks; rank++) {
              int at = position * ranks + rank;
              double found = row[idsOfBest[at]] - total;
              assertThat(Math.abs(found - best.get(at)))
                  .as("rank %d after token %d", rank, position)
                  .isLessThanOrEqualTo(LOG_PROBABILITY);
            }
          },
          (index, hidden, rows) -> {});
    }
  }

  /** The same code with a model of next to nothing is what the JVM takes by itself. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void memoryIsNotMuchMoreThanTheFileAndTheCache() throws IOException {
    Path tiny =
        GgufFixture.own().stream()
            .map(GgufFixture::file)
            .filter(file -> file.endsWith("llama-q4_1.gguf"))
            .findFirst()
            .orElseThrow();
    long base = resident(tiny);
    long cache = 64L * 2 * 30 * 3 * 64 * Float.BYTES;
    assertThat(resident(MODEL) - base)
        .as("memory beyond that of a process with a tiny model, %d bytes", base)
        .isLessThanOrEqualTo((long) (1.3 * Files.size(MODEL)) + cache);
  }

  /** With the collector and the young generation that ./gta has. */
  private static long resident(Path model) {
    List<String> output =
        ChildJvm.run(
            List.of("-XX:+UseParallelGC", "-Xmn16m"), ResidentProgram.class, model.toString());
    return Long.parseLong(output.getLast()) << 10;
  }

  private static double logSumExp(float[] logits) {
    double largest = Double.NEGATIVE_INFINITY;
    for (float logit : logits) {
      largest = Math.max(largest, logit);
    }
    double sum = 0;
    for (float logit : logits) {
      sum += Math.exp(logit - largest);
    }
    return largest + Math.log(sum);
  }

  private static Tensor get(Map<String, Tensor> tensors, String name) {
    return Objects.requireNonNull(tensors.get(name), name);
  }
}
