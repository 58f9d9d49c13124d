package org.gta4j.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Decoding what was encoded gives the text back, whatever is in it, and piece by piece the same.
 */
class RoundTripTest {
  private static final int TEXTS = 3_000;

  @TempDir private Path folder;

  private Tokenizer tokenizer(String name) throws IOException {
    return switch (name) {
      case "gguf" -> Tokenizers.of(TestTokenizers.gguf("llama-bpe")).orElseThrow();
      case "scored" -> Tokenizers.of(TestTokenizers.scored()).orElseThrow();
      default -> TestTokenizers.tokenizer(name, folder);
    };
  }

  @ParameterizedTest
  @ValueSource(strings = {"bytes.json", "characters.json", "bpe.model", "gguf", "scored"})
  void decodingGivesTheTextBack(String name) throws IOException {
    Tokenizer tokenizer = tokenizer(name);
    SplittableRandom random = new SplittableRandom(name.hashCode());
    for (int i = 0; i < TEXTS; i++) {
      String text = text(random);
      for (ControlTokens control :
          new ControlTokens[] {ControlTokens.PARSED, ControlTokens.ESCAPED}) {
        int[] ids =
            tokenizer.encode(
                text,
                random.nextBoolean() ? Tokenizer.Framing.PROMPT : Tokenizer.Framing.NONE,
                control);
        assertThat(tokenizer.decode(ids)).as(text).isEqualTo(text);
        assertThat(Arrays.stream(ids).allMatch(id -> id >= 0 && id < tokenizer.size())).isTrue();
        assertStreams(tokenizer, ids, text);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"bytes.json", "characters.json", "bpe.model", "unigram.model", "gguf", "scored"})
  void anyIdsAreDecodedWithoutHalfCharacters(String name) throws IOException {
    Tokenizer tokenizer = tokenizer(name);
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 1_000; i++) {
      int[] ids = random.ints(random.nextInt(40), 0, tokenizer.size()).toArray();
      assertStreams(tokenizer, ids, tokenizer.decode(ids));
    }
  }

  /** The pieces are the text, and none ends within a character. */
  private static void assertStreams(Tokenizer tokenizer, int[] ids, String text) {
    TokenDecoder decoder = tokenizer.decoder();
    StringBuilder all = new StringBuilder();
    for (int id : ids) {
      String piece = decoder.next(id);
      assertThat(new String(piece.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8))
          .isEqualTo(piece); // half a surrogate pair would become a question mark
      all.append(piece);
    }
    assertThat(all.append(decoder.end()).toString()).isEqualTo(text);
  }

  /** Everything but names of control tokens, and U+2581, which SentencePiece writes spaces with. */
  private static String text(SplittableRandom random) {
    StringBuilder text = new StringBuilder();
    int length = random.nextInt(30);
    while (text.length() < length) {
      int kind = random.nextInt(10);
      int c =
          switch (kind) {
            case 0, 1 -> " \n\t\r\u00a0\u3000'".charAt(random.nextInt(7));
            case 2, 3, 4 -> random.nextInt(' ', 0x7F);
            case 5, 6 -> random.nextInt(0x80, 0x800);
            case 7 -> random.nextInt(0x800, 0xD800);
            case 8 -> random.nextInt(0xE000, 0x10000);
            default -> random.nextInt(0x10000, 0x110000);
          };
      text.appendCodePoint(c == '<' || c == 0x2581 ? 0 : c);
    }
    return text.toString();
  }
}
