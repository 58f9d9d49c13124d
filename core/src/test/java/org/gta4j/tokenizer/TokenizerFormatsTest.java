package org.gta4j.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.gta4j.checkpoint.CheckpointException;
import org.gta4j.checkpoint.GgufHeaders;
import org.gta4j.checkpoint.GgufMetadata;
import org.gta4j.checkpoint.GgufPairs;
import org.gta4j.checkpoint.GgufValue;
import org.gta4j.checkpoint.GgufWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tokenizers written in another format give the same ids there. */
class TokenizerFormatsTest {
  private static final int SPARE = 5;

  @TempDir private Path folder;

  private static List<String> texts() throws IOException {
    List<String> texts =
        new ArrayList<>(
            List.of(
                "", " ", "a", "  two  spaces ", "<s>a</s> b", "caf\u00e9 e\u0301 \u4e2d\n\t12345"));
    for (String file : List.of("bytes.jsonl", "characters.jsonl", "bpe.jsonl")) {
      for (String line : TestTokenizers.text(file).lines().toList()) {
        texts.add(TestTokenizers.json(line).path("text").asString(""));
      }
    }
    return texts;
  }

  private GgufMetadata written(GgufPairs pairs) {
    Path file = folder.resolve("tokenizer.gguf");
    GgufWriter.write(file, pairs, new LinkedHashMap<>(), (bytes, all) -> {});
    return GgufHeaders.metadata(file);
  }

  private static void assertSame(Tokenizer found, Tokenizer wanted) throws IOException {
    List<String> texts = texts();
    assertThat(texts).hasSizeGreaterThan(50);
    wanted.controlTokens().forEach(token -> texts.add("a " + token + " b" + token));
    for (String text : texts) {
      int[] ids = wanted.encode(text);
      assertThat(found.encode(text)).as(text).isEqualTo(ids);
      assertThat(found.decode(ids)).as(text).isEqualTo(wanted.decode(ids));
    }
    assertThat(found.begin()).isEqualTo(wanted.begin());
    assertThat(found.end()).isEqualTo(wanted.end());
    assertThat(found.controlTokens()).isEqualTo(wanted.controlTokens());
  }

  private Path file(String name) throws IOException {
    Path file = folder.resolve(name.endsWith(".json") ? "tokenizer.json" : "tokenizer.model");
    return Files.write(file, TestTokenizers.bytes(name));
  }

  @ParameterizedTest
  @ValueSource(strings = {"bytes.json", "characters.json", "bpe.model"})
  void asGguf(String name) throws IOException {
    Path file = file(name);
    int vocabulary = ((VocabularyTokenizer) Tokenizers.read(file, 1_000_000)).vocabulary().size();
    GgufMetadata metadata = written(GgufVocabulary.of(file, vocabulary + SPARE).orElseThrow());
    assertThat(metadata.text("tokenizer.ggml.model"))
        .contains(name.equals("bpe.model") ? "llama" : name.equals("bytes.json") ? "gpt2" : "none");
    assertSame(
        Tokenizers.of(metadata, vocabulary + SPARE).orElseThrow(),
        Tokenizers.read(file, vocabulary + SPARE));
  }

  @Test
  void whatGgufCannotSayIsNotWritten() throws IOException {
    assertThat(GgufVocabulary.of(file("unigram.model"), 100_000)).isEmpty();
  }

  /** llama.cpp reads as much of it as it knows, this engine the whole. */
  @Test
  void aNormalizerKeepsTheWholeFile() throws IOException {
    Path file = folder.resolve("tokenizer.json");
    String json = TestTokenizers.text("bytes.json");
    Files.writeString(
        file, json.replaceFirst("\"normalizer\": *null", "\"normalizer\": {\"type\": \"NFC\"}"));
    assertThat(file).content().contains("NFC");
    GgufMetadata metadata = written(GgufVocabulary.of(file, 100_000).orElseThrow());
    assertThat(metadata.text("tokenizer.ggml.model")).contains("gpt2");
    assertThat(metadata.has("tokenizer.huggingface.json")).isTrue();
    assertSame(Tokenizers.of(metadata, 100_000).orElseThrow(), Tokenizers.read(file, 100_000));
    Map<String, byte[]> back = HuggingFaceVocabulary.of(metadata);
    assertThat(back.get("tokenizer.json")).isEqualTo(Files.readAllBytes(file));
  }

  @ParameterizedTest
  @ValueSource(strings = {"gpt-2", "smollm", "llama-bpe", "smaug-bpe", "qwen2"})
  void gpt2VocabulariesAsTokenizerJson(String pre) throws IOException {
    GgufMetadata metadata = TestTokenizers.gguf(pre);
    for (boolean adds : new boolean[] {true, false}) {
      GgufMetadata source =
          TestTokenizers.with(metadata, "tokenizer.ggml.add_bos_token", new GgufValue.Flag(adds));
      source =
          TestTokenizers.with(source, "tokenizer.chat_template", new GgufValue.Text("{{ a }}"));
      for (Map.Entry<String, byte[]> content : HuggingFaceVocabulary.of(source).entrySet()) {
        Files.write(folder.resolve(content.getKey()), content.getValue());
      }
      Path file = folder.resolve("tokenizer.json");
      assertSame(Tokenizers.read(file, 100_000), Tokenizers.of(source, 100_000).orElseThrow());
      assertThat(TokenizerConfig.beside(file).chatTemplates()).containsEntry("default", "{{ a }}");
      GgufMetadata again = written(GgufVocabulary.of(file, 100_000).orElseThrow());
      assertThat(again.text("tokenizer.ggml.pre")).contains(pre);
      assertThat(again.has("tokenizer.huggingface.json")).isFalse();
      assertThat(again.text("tokenizer.chat_template")).contains("{{ a }}");
      assertSame(
          Tokenizers.of(again, 100_000).orElseThrow(),
          Tokenizers.of(source, 100_000).orElseThrow());
    }
  }

  @Test
  void vocabulariesWithoutATokenizerJsonHaveNone() {
    assertThat(HuggingFaceVocabulary.of(TestTokenizers.gguf("tekken"))).isEmpty();
    assertThat(HuggingFaceVocabulary.of(TestTokenizers.scored())).isEmpty();
  }

  @Test
  void aChoiceThatIsNoneIsRefused() {
    GgufMetadata other =
        TestTokenizers.with(
            TestTokenizers.gguf("gpt-2"), "gta4j.tokenizer", new GgufValue.Text("other"));
    assertThatThrownBy(() -> Tokenizers.of(other))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("gta4j.tokenizer: expected tokenizer.huggingface.json, found other");
    GgufMetadata missing =
        TestTokenizers.with(
            other, "gta4j.tokenizer", new GgufValue.Text("tokenizer.huggingface.json"));
    assertThatThrownBy(() -> Tokenizers.of(missing))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(
            "tokenizer.huggingface.json: expected a tokenizer.json, found no such key");
  }
}
