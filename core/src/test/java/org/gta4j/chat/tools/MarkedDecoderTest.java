package org.gta4j.chat.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.gta4j.tokenizer.ControlTokens;
import org.gta4j.tokenizer.TestTokenizers;
import org.gta4j.tokenizer.Tokenizer;
import org.gta4j.tokenizer.Tokenizers;
import org.junit.jupiter.api.Test;

class MarkedDecoderTest {
  private final Tokenizer tokenizer = Tokenizers.of(TestTokenizers.gguf("gpt-2")).orElseThrow();

  private String decode(int[] ids, Set<String> shown) {
    MarkedDecoder decoder = new MarkedDecoder(tokenizer, shown);
    StringBuilder text = new StringBuilder();
    for (int id : ids) {
      text.append(decoder.next(id));
    }
    return text.append(decoder.end()).toString();
  }

  private int[] ids(String text) {
    return tokenizer.encode(text, Tokenizer.Framing.NONE, ControlTokens.PARSED);
  }

  @Test
  void someControlTokensHaveTheirName() {
    int[] ids = ids("a é<|begin|> b<|end|>🙂");
    assertThat(decode(ids, Set.of("<|begin|>"))).isEqualTo("a é<|begin|> b🙂");
    assertThat(decode(ids, Set.of())).isEqualTo(tokenizer.decode(ids));
  }

  @Test
  void halfACharacterBeforeAMarkStaysHalf() {
    int begin = tokenizer.id("<|begin|>").orElseThrow();
    int half =
        java.util.stream.IntStream.range(0, tokenizer.size())
            .filter(id -> tokenizer.bytes(id).length == 1 && tokenizer.bytes(id)[0] == (byte) 0xC3)
            .findFirst()
            .orElseThrow();
    assertThat(decode(new int[] {half, begin, half}, Set.of("<|begin|>")))
        .isEqualTo("\ufffd<|begin|>\ufffd");
  }
}
