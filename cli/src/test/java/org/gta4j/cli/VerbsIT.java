package org.gta4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.SequencedMap;
import org.gta4j.checkpoint.SafetensorsReader;
import org.gta4j.checkpoint.SafetensorsWriter;
import org.gta4j.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What every verb prints for programs, with the embedded model. */
class VerbsIT {
  @TempDir Path folder;

  @Test
  void helpTeachesEveryVerb() {
    String help = GtaProcess.run().done().out();
    assertThat(help).contains("generate", "logits", "perplexity", "tokenize", "inspect", "convert");
    assertThat(GtaProcess.run("--help").done().out()).isEqualTo(help);
    assertThat(GtaProcess.run("generate", "--help").done().out())
        .contains("--temperature", "Examples:", "gta generate \"Once upon a time\"");
    assertThat(GtaProcess.run("help", "generate").done().out())
        .isEqualTo(GtaProcess.run("generate", "--help").done().out());
    assertThat(GtaProcess.run("--version").done().out()).startsWith("gta4j ");
  }

  @Test
  void tokenize() throws IOException {
    assertThat(GtaProcess.run("tokenize", "Once upon a time").done().out())
        .isEqualTo("1,403,407,261,378\n");
    assertThat(GtaProcess.run("tokenize", "Once upon a time", "--json").done().out())
        .isEqualTo("{\"ids\":[1,403,407,261,378]}\n");
    Path lines = folder.resolve("lines.jsonl");
    Files.writeString(lines, "{\"text\": \"Once upon a time\"}\n\n{\"text\": \"\"}\n");
    assertThat(GtaProcess.run("tokenize", "--jsonl", lines.toString()).done().out())
        .isEqualTo("{\"ids\":[1,403,407,261,378]}\n{\"ids\":[1]}\n");
  }

  @Test
  void tokenizeConversations() throws IOException {
    String model = folder.resolve("model").toString();
    GtaProcess.run("convert", "--out", model).done();
    Files.delete(Path.of(model, "tokenizer.bin"));
    Files.writeString(
        Path.of(model, "tokenizer.json"),
        "{\"added_tokens\": [{\"id\": 3, \"content\": \"<|end|>\", \"special\": true}],"
            + " \"pre_tokenizer\": {\"type\": \"ByteLevel\", \"add_prefix_space\": false},"
            + " \"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 0, \"b\": 1, \"ab\": 2, \"<\": 4, \"|\": 5,"
            + " \"e\": 6, \"n\": 7, \"d\": 8, \">\": 9}, \"merges\": [\"a b\"]}}");
    Files.writeString(
        Path.of(model, "tokenizer_config.json"),
        "{\"chat_template\": \"{% for m in messages %}{{ m.content }}<|end|>{% endfor %}"
            + "{% if add_generation_prompt %}b{% endif %}\"}");
    assertThat(GtaProcess.run("tokenize", "--model", model, "ab<|end|>").done().out())
        .isEqualTo("2,3\n");
    assertThat(
            GtaProcess.run("tokenize", "--model", model, "ab<|end|>", "--escape-control-tokens")
                .done()
                .out())
        .isEqualTo("2,4,5,6,7,8,5,9\n");
    Path lines = folder.resolve("lines.jsonl");
    Files.writeString(
        lines,
        """
        {"messages": [{"role": "user", "content": "a<|end|>"}], "add_generation_prompt": true}
        {"text": "b"}
        """);
    assertThat(
            GtaProcess.run("tokenize", "--model", model, "--jsonl", lines.toString()).done().out())
        .isEqualTo("{\"text\":\"a<|end|><|end|>b\",\"ids\":[0,3,3,1]}\n{\"ids\":[1]}\n");
    assertThat(
            GtaProcess.run(
                    "tokenize",
                    "--model",
                    model,
                    "--jsonl",
                    lines.toString(),
                    "--escape-control-tokens")
                .done()
                .out())
        .startsWith("{\"text\":\"a<|end|><|end|>b\",\"ids\":[0,4,5,6,7,8,5,9,3,1]}\n");
    assertThat(promptTokens("generate", "--model", model, "ab", "--raw")).isEqualTo(1);
    assertThat(promptTokens("generate", "--model", model, "ab")).as("as a message").isEqualTo(3);
  }

  private static int promptTokens(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--max-tokens", "3", "--json"));
    return GtaProcess.run(all.toArray(new String[0])).done().json().get("prompt_tokens").intValue();
  }

  @Test
  void inspect() {
    JsonNode json = GtaProcess.run("inspect", "--context", "1000", "--json").done().json();
    assertThat(json.get("variant").stringValue()).isEqualTo("gqa");
    assertThat(json.get("parameters").longValue()).isEqualTo(260_032);
    assertThat(json.get("layers").intValue()).isEqualTo(5);
    assertThat(json.get("hidden_size").intValue()).isEqualTo(64);
    assertThat(json.get("cache_bytes_per_token").longValue()).isEqualTo(1280);
    assertThat(json.get("weights_bytes").longValue()).isEqualTo(4 * 260_032);
    assertThat(json.get("context_tokens").intValue()).isEqualTo(1000);
    assertThat(json.get("context_cache_bytes").longValue()).isEqualTo(1_280_000);
    JsonNode first = json.get("tensors").get(0);
    assertThat(first.toString())
        .isEqualTo("{\"name\":\"model.embed_tokens.weight\",\"dtype\":\"F32\",\"shape\":[512,64]}");
    assertThat(GtaProcess.run("inspect").done().out())
        .contains("parameters  260,032", "model.norm.weight");
  }

  @Test
  void perplexity() throws IOException {
    Path text = folder.resolve("story.txt");
    Files.writeString(
        text,
        """
        Once upon a time, there was a little girl named Lily. She loved to play outside in the park.
        One day, she saw a big, red ball. She wanted to play with it, but it was too high.
        """);
    JsonNode json =
        GtaProcess.run("perplexity", "--file", text.toString(), "--window", "32", "--json")
            .done()
            .json();
    assertThat(json.propertyNames())
        .containsExactlyInAnyOrder(
            "ppl", "nll_sum", "tokens", "bits_per_byte", "tokens_per_second");
    double sum = json.get("nll_sum").doubleValue();
    long tokens = json.get("tokens").longValue();
    assertThat(tokens % 31).as("whole windows of 31 scored tokens").isZero();
    assertThat(json.get("ppl").doubleValue()).isEqualTo(Math.exp(sum / tokens)).isBetween(1.0, 6.0);
    assertThat(json.get("bits_per_byte").doubleValue()).isBetween(0.1, 2.0);
    assertThat(json.get("tokens_per_second").doubleValue()).isPositive();
  }

  @Test
  void logitsOfATextAndOfItsIdsAreTheSame() throws IOException {
    Path a = folder.resolve("a.safetensors");
    Path b = folder.resolve("b.safetensors");
    JsonNode json =
        GtaProcess.run("logits", "Once upon a time", "--out", a.toString(), "--json").done().json();
    assertThat(json.get("out").stringValue()).isEqualTo(a.toString());
    assertThat(json.get("tokens").intValue()).isEqualTo(5);
    GtaProcess.run("logits", "--ids", "1,403,407,261,378", "--out", b.toString()).done();
    assertThat(b).hasSameBinaryContentAs(a);
    assertThat(SafetensorsReader.read(a, Arena.ofAuto()).keySet()).containsExactly("logits");
  }

  @Test
  void convertedModelTellsTheSameStory() throws IOException {
    Path model = folder.resolve("model");
    JsonNode json = GtaProcess.run("convert", "--out", model.toString(), "--json").done().json();
    assertThat(json.get("out").stringValue()).isEqualTo(model.toString());
    long bytes = 0;
    try (var files = Files.newDirectoryStream(model)) {
      for (Path file : files) {
        bytes += Files.size(file);
      }
    }
    assertThat(json.get("bytes").longValue()).isEqualTo(bytes);
    JsonNode config = JsonMapper.shared().readTree(model.resolve("config.json").toFile());
    assertThat(config.has("rope_interleave")).isFalse();
    assertThat(config.get("dtype").stringValue()).isEqualTo("float32");
    List<String> stories =
        List.of(
            GtaProcess.run("generate", "Once upon a time").done().out(),
            GtaProcess.run("generate", "--model", model.toString(), "Once upon a time")
                .done()
                .out());
    assertThat(stories.get(1)).isEqualTo(stories.get(0));
  }

  @Test
  void convertsToAnotherTypeInSeveralFiles() {
    Path model = folder.resolve("model");
    GtaProcess.run(
            "convert", "--out", model.toString(), "--weights", "bf16", "--max-shard-size", "200KB")
        .done();
    assertThat(model.resolve("model.safetensors.index.json")).exists();
    JsonNode json = GtaProcess.run("inspect", "--model", model.toString(), "--json").done().json();
    assertThat(json.get("weights_bytes").longValue()).isEqualTo(2 * 260_032);
    assertThat(json.get("tensors").valueStream())
        .allSatisfy(tensor -> assertThat(tensor.get("dtype").stringValue()).isEqualTo("BF16"));
  }

  /** A folder of the embedded model, whose tensors and configuration can be changed. */
  private Path model() {
    Path model = folder.resolve("model");
    GtaProcess.run("convert", "--out", model.toString()).done();
    return model;
  }

  @Test
  void tensorsWithoutAPlaceAreMentioned() throws IOException {
    Path model = model();
    Path config = model.resolve("config.json");
    String json = Files.readString(config);
    Files.writeString(
        config, json.replace("\"num_hidden_layers\" : 5", "\"num_hidden_layers\" : 4"));
    assertThat(
            GtaProcess.run("generate", "--model", model.toString(), "Once", "--max-tokens", "2")
                .done()
                .err())
        .isEqualTo(
            "gta: 9 of the checkpoint's tensors have no place in its configuration and are not used: "
                + "model.layers.4.input_layernorm.weight, ...\n");
  }

  @Test
  void logitsThatAreNoNumbersAreWrittenWithAWarning() {
    Path weights = model().resolve("model.safetensors");
    SequencedMap<String, Tensor> tensors = SafetensorsReader.read(weights, Arena.ofAuto());
    SequencedMap<String, Tensor> damaged = new LinkedHashMap<>();
    tensors.forEach((name, tensor) ->
        damaged.put(name, new Tensor(tensor.dtype(), tensor.shape(), copy(tensor))));
    Objects.requireNonNull(damaged.get("model.norm.weight")).set(3, Float.NaN);
    SafetensorsWriter.write(weights, damaged);
    Path out = folder.resolve("logits");
    assertThat(
            GtaProcess.run(
                    "logits",
                    "--model",
                    weights.resolveSibling("").toString(),
                    "--ids",
                    "1,2,3",
                    "--out",
                    out.toString())
                .done()
                .err())
        .contains("the logits of 3 of 3 tokens are not all finite numbers")
        .contains("model.norm.weight");
    assertThat(out).exists();
  }

  private static MemorySegment copy(Tensor tensor) {
    return MemorySegment.ofArray(tensor.data().toArray(ValueLayout.JAVA_BYTE));
  }
}
