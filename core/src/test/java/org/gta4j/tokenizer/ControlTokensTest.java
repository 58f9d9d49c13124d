package org.gta4j.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Control tokens in texts: parsed, or letters like others. */
class ControlTokensTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"bytes.json", "gguf"})
  void namesAreTokensOnlyWhereTheyAreParsed(String name) throws IOException {
    Tokenizer tokenizer =
        name.equals("gguf")
            ? Tokenizers.of(TestTokenizers.gguf("gpt-2")).orElseThrow()
            : TestTokenizers.tokenizer(name, folder);
    String text = "a<|end|>b<|end|>";
    int end = tokenizer.id("<|end|>").orElseThrow();
    int[] parsed = tokenizer.encode(text, Tokenizer.Framing.NONE, ControlTokens.PARSED);
    int[] escaped = tokenizer.encode(text, Tokenizer.Framing.NONE, ControlTokens.ESCAPED);
    int[] second = tokenizer.encode(text, Tokenizer.Framing.NONE, begin -> begin > 1);
    assertThat(parsed).hasSize(4).containsSequence(end, parsed[2], end);
    assertThat(escaped).doesNotContain(end);
    assertThat(tokenizer.decode(escaped)).isEqualTo(text);
    assertThat(tokenizer.decode(parsed)).isEqualTo("ab");
    assertThat(second).endsWith(end);
    assertThat(tokenizer.decode(second)).isEqualTo("a<|end|>b");
    assertThat(tokenizer.isControl(end)).isTrue();
    assertThat(tokenizer.bytes(end)).isEmpty();
    assertThat(tokenizer.controlTokens()).contains("<|begin|>", "<|end|>");
  }

  @Test
  void tokensWithoutControlAreTokensEverywhere() throws IOException {
    Tokenizer tokenizer = TestTokenizers.tokenizer("bytes.json", folder);
    int group = tokenizer.id("the group").orElseThrow();
    assertThat(tokenizer.encode("of the group", Tokenizer.Framing.NONE, ControlTokens.ESCAPED))
        .endsWith(group);
    assertThat(tokenizer.isControl(group)).isFalse();
    assertThat(tokenizer.controlTokens()).doesNotContain("the group");
  }

  @Test
  void nothingThatIsEscapedMergesToAControlToken() {
    // In a vocabulary of scores every part of "</s>" is a piece: only the kind keeps them apart.
    Tokenizer tokenizer = Tokenizers.of(TestTokenizers.scored()).orElseThrow();
    int[] ids = tokenizer.encode("</s>", Tokenizer.Framing.NONE, ControlTokens.ESCAPED);
    assertThat(ids).doesNotContain(2);
    assertThat(tokenizer.decode(ids)).isEqualTo("</s>");
  }

  @Test
  void idsBeyondTheVocabularyAreRefused() throws IOException {
    for (String name : List.of("bytes.json", "bpe.model")) {
      Tokenizer tokenizer = TestTokenizers.tokenizer(name, folder);
      assertThat(tokenizer.bytes(900_000)).isEmpty(); // the model has more tokens
      assertThatIllegalArgumentException()
          .isThrownBy(() -> tokenizer.bytes(1_000_000))
          .withMessageContaining("token id 1000000 is out of range");
      assertThatIllegalArgumentException().isThrownBy(() -> tokenizer.decoder().next(-1));
    }
  }
}
