package org.gta4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.gta4j.checkpoint.SafetensorsReader;
import org.gta4j.tensor.Tensor;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** The command line against the golden fixtures; the engine's own tests go through all of them. */
class FixturesIT {
  private static final double TOLERANCE = 1e-4;

  /** The reference's greedy ids begin with this many given ones. */
  private static final int GREEDY_PROMPT = 7;

  @TempDir Path folder;

  /** The first of each kind. */
  static Stream<Path> fixtures() throws IOException {
    Path given = Path.of(System.getProperty("gta.fixtures", "../fixtures"));
    Path fromUser = Path.of(System.getProperty("gta.workdir", ".")).resolve(given);
    Map<Path, Path> firsts = new LinkedHashMap<>();
    try (Stream<Path> files =
        Files.walk(Files.isDirectory(fromUser) ? fromUser : given, FileVisitOption.FOLLOW_LINKS)) {
      files
          .filter(file -> file.endsWith("expected.safetensors"))
          .map(Path::getParent)
          .sorted()
          .forEach(model -> firsts.putIfAbsent(model.resolveSibling(""), model));
    }
    assertThat(firsts).isNotEmpty();
    return firsts.values().stream();
  }

  @ParameterizedTest
  @MethodSource("fixtures")
  void logitsAndHiddenStatesAreTheReferences(Path model) {
    Map<String, Tensor> expected = read(model.resolve("expected.safetensors"));
    String ids = TokenIds.format(get(expected, "input_ids").slice(0, 1).toInts());
    Path out = folder.resolve("out.safetensors");
    GtaProcess.run(
            "logits",
            "--model",
            model.toString(),
            "--ids",
            ids,
            "--cache-type",
            "f32",
            "--hidden",
            "--out",
            out.toString())
        .done();
    Map<String, Tensor> actual = read(out);
    assertThat(actual.keySet())
        .containsExactlyInAnyOrderElementsOf(
            expected.keySet().stream()
                .filter(name -> name.equals("logits") || name.startsWith("hidden."))
                .toList());
    actual.forEach((name, tensor) -> {
      Tensor reference = get(expected, name).slice(0, 1);
      assertThat(tensor.shape().toArray())
          .as(name)
          .isEqualTo(Arrays.copyOfRange(reference.shape().toArray(), 1, 3));
      assertThat(relativeError(tensor.toFloats(), reference.toFloats()))
          .as(name)
          .isLessThan(TOLERANCE);
    });
  }

  @ParameterizedTest
  @MethodSource("fixtures")
  void greedyIdsAreTheReferences(Path model) {
    Map<String, Tensor> expected = read(model.resolve("expected.safetensors"));
    int[] all = expected.getOrDefault("greedy_ids_cached", get(expected, "greedy_ids")).toInts();
    JsonNode json =
        GtaProcess.run(
                "generate",
                "--model",
                model.toString(),
                "--ids",
                TokenIds.format(Arrays.copyOf(all, GREEDY_PROMPT)),
                "--max-tokens",
                Integer.toString(all.length - GREEDY_PROMPT),
                "--context",
                Integer.toString(all.length + 1),
                "--ignore-eos",
                "--cache-type",
                "f32",
                "--json")
            .done()
            .json();
    assertThat(json.get("ids").valueStream().mapToInt(JsonNode::intValue).toArray())
        .isEqualTo(Arrays.copyOfRange(all, GREEDY_PROMPT, all.length));
    assertThat(json.has("text")).as("a text without a tokenizer").isFalse();
  }

  private static Map<String, Tensor> read(Path file) {
    return SafetensorsReader.read(file, Arena.ofAuto());
  }

  private static Tensor get(Map<String, Tensor> tensors, String name) {
    return Objects.requireNonNull(tensors.get(name), name);
  }

  private static double relativeError(float[] actual, float[] expected) {
    assertThat(actual).hasSameSizeAs(expected);
    double difference = 0;
    double reference = 0;
    for (int i = 0; i < actual.length; i++) {
      double d = (double) actual[i] - expected[i];
      difference += d * d;
      reference += (double) expected[i] * expected[i];
    }
    return Math.sqrt(difference / reference);
  }
}
