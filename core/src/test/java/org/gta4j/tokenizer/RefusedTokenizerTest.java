package org.gta4j.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.gta4j.checkpoint.CheckpointException;
import org.gta4j.checkpoint.GgufMetadata;
import org.gta4j.checkpoint.GgufValue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is not known exactly is refused by name, what is damaged with what is wrong. */
class RefusedTokenizerTest {
  @TempDir private Path folder;

  private static void assertRefused(GgufMetadata metadata, String... parts) {
    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> Tokenizers.of(metadata, 1_000))
        .withMessageStartingWith("model.gguf: tokenizer.ggml.")
        .satisfies(e -> assertThat(String.valueOf(e.getMessage())).contains(parts));
  }

  private static GgufMetadata with(String key, GgufValue value) {
    return TestTokenizers.with(TestTokenizers.gguf("gpt-2"), "tokenizer.ggml." + key, value);
  }

  @Test
  void vocabulariesOfGgufFiles() {
    assertRefused(with("pre", new GgufValue.Text("falcon")), "llama-bpe", "found \"falcon\"");
    assertRefused(with("model", new GgufValue.Text("bert")), "gpt2 or llama", "found bert");
    assertRefused(with("merges", new GgufValue.Texts(List.of("a \u4e00"))), "found a \u4e00");
    assertRefused(with("merges", new GgufValue.Texts(List.of("ab"))), "with a space between");
    assertRefused(with("tokens", new GgufValue.Texts(List.of())), "at least one token");
    assertRefused(with("tokens", new GgufValue.Text("a")), "a list of texts");
    assertRefused(with("token_type", new GgufValue.Wholes(1, 2)), "one a token");
    assertRefused(with("eos_token_id", new GgufValue.Whole(1 << 20)), "from 0 to");
    assertThat(Tokenizers.of(with("model", new GgufValue.Text("none")))).isEmpty();
    assertRefused(
        TestTokenizers.with(
            TestTokenizers.scored(), "tokenizer.ggml.scores", new GgufValue.Reals(1f)),
        "one a token");
    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> Tokenizers.of(TestTokenizers.gguf("gpt-2"), 100))
        .withMessage(
            "model.gguf: tokens: expected at most 100, as the model's vocabulary has, found 700");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '!',
      value = {
        "\"type\":\"BPE\"!\"type\":\"WordPiece\"!model.type: expected BPE",
        "\"use_regex\":true!\"use_regex\":true,\"x\":1!",
        "\"add_prefix_space\":false!\"add_prefix_space\":true!pre_tokenizer: expected ByteLevel with",
        "\"pre_tokenizer\":{\"type\":\"ByteLevel\"!\"pre_tokenizer\":{\"type\":\"FixedLength\"!pre_tokenizer: expected Sequence",
        "\"normalizer\":null!\"normalizer\":{\"type\":\"Nmt\"}!normalizer: expected Sequence",
        "\"continuing_subword_prefix\":null!\"continuing_subword_prefix\":\"##\"!model.continuing_subword_prefix: expected none",
        "\"id\":701!\"id\":3!added_tokens: expected an id",
        "\"single_word\":false!\"single_word\":true!added_tokens: expected \"single_word\": false",
        "\"version\":!\"model\":{},\"version\":!content: expected a JSON object",
      })
  void partsOfTokenizerJson(String old, String other, String expected) throws IOException {
    String whole = TestTokenizers.text("bytes.json");
    assertThat(whole).contains(old);
    byte[] changed = whole.replace(old, other).getBytes(StandardCharsets.UTF_8);
    if (expected == null) {
      TestTokenizers.read(folder, "tokenizer.json", changed);
    } else {
      assertThatExceptionOfType(CheckpointException.class)
          .isThrownBy(() -> TestTokenizers.read(folder, "tokenizer.json", changed))
          .withMessageStartingWith(folder.resolve("tokenizer.json") + ": " + expected);
    }
  }

  @Test
  void expressionsThatTakeForEverAreStopped() throws IOException {
    for (String expression : List.of("(a|aa)+$", "(a*)*b", "((a|b)*)*c")) {
      String json =
          TestTokenizers.text("bytes.json")
              .replace(
                  "\"pre_tokenizer\":{",
                  ("\"pre_tokenizer\":{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"Split\","
                          + "\"pattern\":{\"Regex\":\"%s\"},\"behavior\":\"Isolated\",\"invert\":false}]},\"was\":{")
                      .formatted(expression));
      Tokenizer tokenizer =
          TestTokenizers.read(folder, "tokenizer.json", json.getBytes(StandardCharsets.UTF_8));
      assertThat(tokenizer.encode("abc")).isNotEmpty();
      assertThatIllegalArgumentException()
          .as(expression)
          .isThrownBy(() -> tokenizer.encode("a".repeat(20_000) + "!"))
          .withMessageContaining("takes too long");
    }
  }

  @Test
  void modelsOfSentencePiece() throws IOException {
    byte[] whole = TestTokenizers.bytes("bpe.model");
    for (int bytes : new int[] {0, 1, 10, whole.length / 2, whole.length - 1}) {
      assertThatExceptionOfType(CheckpointException.class)
          .isThrownBy(() ->
              TestTokenizers.read(
                  folder, "tokenizer.model", java.util.Arrays.copyOf(whole, bytes)));
    }
  }

  @Test
  void whatLiesBesideATokenizer() throws IOException {
    Files.writeString(
        folder.resolve("tokenizer_config.json"),
        "{\"bos_token\": {\"content\": \"<b>\"}, \"add_bos_token\": false, \"chat_template\":"
            + " [{\"name\": \"default\", \"template\": \"x\"}, {\"name\": \"tool_use\", \"template\": \"y\"}]}");
    Files.writeString(folder.resolve("special_tokens_map.json"), "{\"eos_token\": \"<e>\"}");
    TokenizerConfig config = TokenizerConfig.in(folder);
    assertThat(config.beginToken()).contains("<b>");
    assertThat(config.endToken()).contains("<e>");
    assertThat(config.addsBegin()).contains(false);
    assertThat(config.chatTemplates()).containsEntry("default", "x").containsEntry("tool_use", "y");
    Files.writeString(folder.resolve("chat_template.jinja"), "z");
    assertThat(TokenizerConfig.in(folder).chatTemplates()).containsEntry("default", "z");
    Files.writeString(folder.resolve("tokenizer_config.json"), "{\"chat_template\": [1]}");
    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> TokenizerConfig.in(folder))
        .withMessageContaining("tokenizer_config.json: chat_template: expected objects");
  }
}
