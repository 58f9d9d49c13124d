package org.gta4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Map;
import org.gta4j.checkpoint.SafetensorsReader;
import org.gta4j.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** GGUF models on the command line. */
class GgufIT {
  private static final String IDS = "1,5,9,200,17,33,4,2,250,11";

  @TempDir private Path folder;

  private static String model(String name) {
    return GtaProcess.root().resolve("fixtures/gguf").resolve(name).toString();
  }

  private float[] logits(String model) {
    Path out = folder.resolve("logits.safetensors");
    GtaProcess.run("logits", "--model", model, "--ids", IDS, "--out", out.toString()).done();
    try (Arena arena = Arena.ofConfined()) {
      Map<String, Tensor> tensors = SafetensorsReader.read(out, arena);
      return tensors.values().iterator().next().toFloats();
    }
  }

  @ParameterizedTest
  @CsvSource({"llama-q4_1, 1e-6", "llama-q6_k, 1e-6", "qwen2-f16, 1e-6", "qwen3-q8_0, 1e-6"})
  void aConvertedModelHasTheSameLogits(String name, double tolerance) {
    Path out = folder.resolve("model");
    GtaProcess.run(
            "convert",
            "--model",
            model(name + ".gguf"),
            "--weights",
            "f32",
            "--out",
            out.toString())
        .done();
    JsonNode json = GtaProcess.run("inspect", "--model", out.toString(), "--json").done().json();
    assertThat(json.get("tensors").valueStream())
        .allSatisfy(tensor -> assertThat(tensor.get("dtype").stringValue()).isEqualTo("F32"));
    assertThat(relativeError(logits(out.toString()), logits(model(name + ".gguf"))))
        .isLessThanOrEqualTo(tolerance);
  }

  @Test
  void blocksBecomeF32UnlessAnotherTypeIsAskedFor() {
    Path plain = folder.resolve("plain");
    GtaProcess.run("convert", "--model", model("llama-q4_k.gguf"), "--out", plain.toString())
        .done();
    Path half = folder.resolve("half");
    GtaProcess.run(
            "convert",
            "--model",
            model("llama-q4_k.gguf"),
            "--weights",
            "bf16",
            "--out",
            half.toString())
        .done();
    JsonNode first = GtaProcess.run("inspect", "--model", plain.toString(), "--json").done().json();
    JsonNode second = GtaProcess.run("inspect", "--model", half.toString(), "--json").done().json();
    assertThat(first.get("weights_bytes").longValue())
        .isEqualTo(2 * second.get("weights_bytes").longValue());
    assertThat(relativeError(logits(half.toString()), logits(plain.toString())))
        .isBetween(1e-6, 0.05);
  }

  @Test
  void inspectShowsBlocksAndMetadata() {
    String file = model("llama-q5_k.gguf");
    JsonNode json = GtaProcess.run("inspect", "--model", file, "--json").done().json();
    assertThat(json.get("variant").stringValue()).isEqualTo("gqa");
    assertThat(json.get("tensors").valueStream())
        .anySatisfy(tensor ->
            assertThat(tensor.toString())
                .isEqualTo(
                    "{\"name\":\"model.embed_tokens.weight\",\"dtype\":\"Q5_K\",\"shape\":[320,256]}"));
    JsonNode metadata = json.get("metadata");
    assertThat(metadata.get("general.architecture").stringValue()).isEqualTo("llama");
    assertThat(metadata.get("llama.block_count").intValue()).isEqualTo(2);
    assertThat(metadata.get("tokenizer.ggml.tokens").size()).isEqualTo(320);
    String text = GtaProcess.run("inspect", "--model", file).done().out();
    assertThat(text).contains("mostly q5_k", "tokenizer.ggml.tokens", "text[320]", "\"<unk>\"");
    assertThat(text.lines()).allSatisfy(line -> assertThat(line).hasSizeLessThan(300));
  }

  private static double relativeError(float[] found, float[] expected) {
    double difference = 0;
    double norm = 0;
    for (int i = 0; i < expected.length; i++) {
      difference += Math.pow((double) found[i] - expected[i], 2);
      norm += Math.pow(expected[i], 2);
    }
    return Math.sqrt(difference / norm);
  }
}
