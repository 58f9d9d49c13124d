package org.gta4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import org.gta4j.checkpoint.SafetensorsReader;
import org.gta4j.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** {@code gta convert}: weights of fewer bits, and GGUF files. */
class ConvertIT {
  private static final String TEXT = "Once upon a time, there was a caf\u00e9";

  @TempDir private Path folder;

  private String path(String name) {
    return folder.resolve(name).toString();
  }

  private static String fixture(String name) {
    return GtaProcess.root().resolve("fixtures").resolve(name).toString();
  }

  private static JsonNode inspect(String model) {
    return GtaProcess.run("inspect", "--model", model, "--json").done().json();
  }

  private static long count(JsonNode inspected, String dtype) {
    return inspected
        .get("tensors")
        .valueStream()
        .filter(tensor -> tensor.get("dtype").stringValue().equals(dtype))
        .count();
  }

  private float[] logits(String model) {
    Path out = folder.resolve("logits.safetensors");
    GtaProcess.run(
            "logits",
            "--model",
            model,
            "--ids",
            "1,5,9,20,17,33,4,2,25,11",
            "--activations",
            "f32",
            "--out",
            out.toString())
        .done();
    try (Arena arena = Arena.ofConfined()) {
      Map<String, Tensor> tensors = SafetensorsReader.read(out, arena);
      return tensors.values().iterator().next().toFloats();
    }
  }

  @ParameterizedTest
  @CsvSource({"q8, 8.5, Q8_0, 31", "q4, 5.4, Q4_0, 30"})
  void theEmbeddedModelInBlocks(String weights, double bits, String dtype, int count)
      throws IOException {
    String out = path("model");
    GtaProcess.Ended ended = GtaProcess.run("convert", "--weights", weights, "--out", out).done();
    assertThat(ended.out())
        .contains(dtype.toLowerCase(Locale.ROOT))
        .contains("norms and biases")
        .contains("matrices whose rows are not whole blocks of 32 numbers");
    JsonNode inspected = inspect(out);
    assertThat(count(inspected, dtype)).isEqualTo(count);
    assertThat(inspected.get("parameters").longValue()).isEqualTo(260_032);
    // 172-wide rows of five layers stay at 16 bits.
    assertThat(inspected.get("weights_bytes").longValue())
        .isLessThan((long) (260_032 * (bits + 4) / 8));
    assertThat(Files.readString(folder.resolve("model/config.json")))
        .contains("\"quant_method\" : \"gta4j\"");
    String story =
        GtaProcess.run("generate", "--model", out, "Once upon a time", "--max-tokens", "24")
            .done()
            .out();
    assertThat(story).contains("there was a");
    String file = path("model.gguf");
    GtaProcess.run("convert", "--model", out, "--out", file).done();
    assertThat(
            GtaProcess.run("generate", "--model", file, "Once upon a time", "--max-tokens", "24")
                .done()
                .out())
        .isEqualTo(story);
  }

  /** A folder has one type throughout, a GGUF file vectors in f32. */
  @ParameterizedTest
  @CsvSource({"bf16, BF16, bfloat16", "F16, F16, float16"})
  void normsAreOfTheFoldersTypeAndF32InGguf(String weights, String dtype, String named)
      throws IOException {
    GtaProcess.run("convert", "--weights", weights, "--out", path("model")).done();
    JsonNode inFolder = inspect(path("model"));
    assertThat(count(inFolder, dtype)).isEqualTo(inFolder.get("tensors").size());
    assertThat(Files.readString(folder.resolve("model/config.json")))
        .contains("dtype\" : \"" + named);
    GtaProcess.run("convert", "--weights", weights, "--format", "GGUF", "--out", path("model.bin"))
        .done();
    JsonNode inFile = inspect(path("model.bin"));
    assertThat(count(inFile, "F32")).as("two norms a layer, and one").isEqualTo(11);
    assertThat(count(inFile, dtype)).isEqualTo(inFile.get("tensors").size() - 11);
    GtaProcess.run("convert", "--weights", weights, "--out", path("MODEL.GGUF")).done();
    assertThat(folder.resolve("MODEL.GGUF")).hasSameBinaryContentAs(folder.resolve("model.bin"));
  }

  /** From llama2.c to GGUF and on to a folder: the same text, the same ids. */
  @Test
  void theEmbeddedModelAsGguf() {
    String file = path("model.gguf");
    JsonNode json = GtaProcess.run("convert", "--out", file, "--json").done().json();
    assertThat(json.get("out").stringValue()).isEqualTo(file);
    assertThat(json.get("bytes").longValue())
        .isEqualTo(folder.resolve("model.gguf").toFile().length());
    JsonNode metadata = inspect(file).get("metadata");
    assertThat(metadata.get("general.architecture").stringValue()).isEqualTo("llama");
    assertThat(metadata.get("tokenizer.ggml.model").stringValue()).isEqualTo("llama");
    assertThat(GtaProcess.run("tokenize", "--model", file, TEXT).done().out())
        .isEqualTo(GtaProcess.run("tokenize", TEXT).done().out());
    assertThat(GtaProcess.run("generate", "--model", file, "Once upon a time").done().out())
        .isEqualTo(GtaProcess.run("generate", "Once upon a time").done().out());
    GtaProcess.Ended back =
        GtaProcess.run("convert", "--model", file, "--out", path("back")).done();
    assertThat(back.err()).contains("the tokenizer stays in the GGUF file");
    assertThat(logits(path("back"))).hasSameSizeAs(logits(file));
  }

  @ParameterizedTest
  @CsvSource({"gta/gta-1b-shape", "mla/mla-q-lora", "family/qwen2-window", "family/llama-dynamic"})
  void whatLlamaCppDoesNotKnowIsKeptWhole(String name) {
    String file = path("whole.bin");
    GtaProcess.Ended ended =
        GtaProcess.run("convert", "--model", fixture(name), "--format", "gguf", "--out", file)
            .done();
    assertThat(ended.err()).contains("gta4j: llama.cpp knows no such model");
    assertThat(logits(file)).isEqualTo(logits(fixture(name)));
    GtaProcess.run("convert", "--model", file, "--out", path("back")).done();
    assertThat(logits(path("back"))).isEqualTo(logits(fixture(name)));
  }

  @Test
  void aGgufFilesVocabularyGoesAlong() {
    String q8 = path("q8.gguf");
    GtaProcess.run(
            "convert", "--model", fixture("gguf/llama-q4_1.gguf"), "--weights", "q8", "--out", q8)
        .done();
    JsonNode wanted = inspect(fixture("gguf/llama-q4_1.gguf")).get("metadata");
    JsonNode found = inspect(q8).get("metadata");
    wanted
        .propertyNames()
        .forEach(key -> {
          if (!key.startsWith("general.")) {
            assertThat(found.get(key)).as(key).isEqualTo(wanted.get(key));
          }
        });
    assertThat(count(inspect(q8), "Q8_0")).isGreaterThan(10);
    assertThat(count(inspect(q8), "Q4_1")).isZero();
  }

  @Test
  void whatAGgufFileHasNoPlaceForIsTold() throws IOException {
    GtaProcess.run("convert", "--out", path("model")).done();
    Path config = folder.resolve("model/config.json");
    Files.writeString(
        config,
        Files.readString(config).replace("\"num_hidden_layers\" : 5", "\"num_hidden_layers\" : 4"));
    GtaProcess.Ended ended =
        GtaProcess.run("convert", "--model", path("model"), "--out", path("model.gguf")).done();
    assertThat(ended.err())
        .contains("9 of the checkpoint's tensors have no place in its configuration")
        .contains("left out: model.layers.4.");
    assertThat(inspect(path("model.gguf")).get("layers").intValue()).isEqualTo(4);
  }

  @Test
  void theModelsOwnFileIsNotWrittenOver() {
    String file = path("model.gguf");
    GtaProcess.run("convert", "--out", file).done();
    long size = folder.resolve("model.gguf").toFile().length();
    GtaProcess.Ended ended =
        GtaProcess.run("convert", "--model", file, "--weights", "q4", "--out", file);
    assertThat(ended.code()).isEqualTo(1);
    assertThat(ended.err()).contains("expected another file than the model's own");
    assertThat(folder.resolve("model.gguf")).hasSize(size);
  }

  @Test
  void weightsOfOtherProgramsAreRefusedByName() throws IOException {
    GtaProcess.run("convert", "--out", path("model")).done();
    Path config = folder.resolve("model/config.json");
    Files.writeString(
        config,
        Files.readString(config)
            .replaceFirst("\\{", "{\"quantization_config\": {\"quant_method\": \"awq\"},"));
    GtaProcess.Ended ended = GtaProcess.run("generate", "--model", path("model"), "Once");
    assertThat(ended.code()).isEqualTo(1);
    assertThat(ended.err())
        .contains(
            "config.json: quantization_config.quant_method: expected gta4j (take the model's own",
            "found awq");
  }
}
