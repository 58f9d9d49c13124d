package org.gta4j.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** The ids that the libraries give from which the files come. */
class GoldenIdsTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({
    "bytes.json, PROMPT",
    "characters.json, NONE",
    "bpe.model, NONE",
    "unigram.model, NONE"
  })
  void everyTextGivesTheLibrarysIds(String name, Tokenizer.Framing framing) throws IOException {
    Tokenizer tokenizer = TestTokenizers.tokenizer(name, folder);
    compare(tokenizer, framing, TestTokenizers.text(name.replaceAll("\\..*", ".jsonl")));
  }

  @Test
  void metaspaceAtTheBeginOnly() throws IOException {
    String json =
        TestTokenizers.text("characters.json")
            .replaceFirst(
                "\"normalizer\":\\{.*?]},\"pre_tokenizer\":null",
                "\"normalizer\":null,\"pre_tokenizer\":{\"type\":\"Metaspace\","
                    + "\"replacement\":\"\u2581\",\"prepend_scheme\":\"first\",\"split\":false}");
    assertThat(json).contains("Metaspace");
    Tokenizer tokenizer =
        TestTokenizers.read(
            folder, "tokenizer.json", json.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    compare(tokenizer, Tokenizer.Framing.NONE, TestTokenizers.text("metaspace.jsonl"));
  }

  private static void compare(Tokenizer tokenizer, Tokenizer.Framing framing, String lines) {
    for (String line : lines.lines().toList()) {
      JsonNode node = TestTokenizers.json(line);
      assertThat(tokenizer.encode(node.path("text").stringValue(), framing, ControlTokens.PARSED))
          .as(line)
          .isEqualTo(TestTokenizers.ids(node.path("ids")));
    }
  }

  static Stream<JsonNode> preTokenizers() {
    return TestTokenizers.json(TestTokenizers.text("pre.json")).path("pre").valueStream();
  }

  @ParameterizedTest
  @MethodSource("preTokenizers")
  void everyPreTokenizerOfGgufFiles(JsonNode golden) {
    JsonNode texts = TestTokenizers.json(TestTokenizers.text("pre.json")).path("texts");
    String pre = golden.path("pre").stringValue();
    Tokenizer tokenizer = Tokenizers.of(TestTokenizers.gguf(pre)).orElseThrow();
    for (int i = 0; i < texts.size(); i++) {
      String text = texts.path(i).stringValue();
      assertThat(tokenizer.encode(text, Tokenizer.Framing.NONE, ControlTokens.PARSED))
          .as("%s: %s", pre, text)
          .isEqualTo(TestTokenizers.ids(golden.path("ids").path(i)));
    }
  }

  @Test
  void scoresOfGgufFiles() {
    Tokenizer tokenizer = Tokenizers.of(TestTokenizers.scored()).orElseThrow();
    // By hand: a space is put before a text and after control tokens; the best pair merges first.
    assertThat(tokenizer.encode("abc")).containsExactly(1, 259, 264, 262);
    assertThat(names(tokenizer, "aab")).containsExactly("<s>", "\u2581a", "ab");
    assertThat(names(tokenizer, "z</s>b"))
        .containsExactly("<s>", "\u2581", "<0x7A>", "</s>", "\u2581", "b");
    assertThat(tokenizer.decode(tokenizer.encode(" abc \u00e9\u00ea")))
        .isEqualTo(" abc \u00e9\u00ea");
  }

  private static List<String> names(Tokenizer tokenizer, String text) {
    return java.util.Arrays.stream(tokenizer.encode(text)).mapToObj(tokenizer::name).toList();
  }
}
