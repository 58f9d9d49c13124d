package org.gta4j.generate;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.gta4j.tokenizer.Llama2cTokenizer;
import org.gta4j.tokenizer.Tokenizer;

/**
 * A vocabulary of bytes and a few pieces, some of them several characters, some parts of each
 * other.
 */
final class TestVocabulary {
  private static final List<String> PIECES =
      List.of(
          "a", "b", "c", "ab", "bc", "abc", "ba", " ", " a", "é", "日本", "\n", "stop", "st", "op",
          "🙂", "x", "xy", "yz", "z", "zz", "!", "?", "e", "the", "he", "th", " the", "er", "o",
          "on", "n", "no", "not", "t", "to", "i", "in", "ing", "ng", "g");

  /** How many tokens it has: unknown, begin, end, 256 bytes and the pieces. */
  static final int SIZE = 3 + 256 + PIECES.size();

  private TestVocabulary() {}

  /** The bytes of a token. */
  static byte[] bytes(int id) {
    if (id < 3) {
      return id == 0 ? "<unk>".getBytes(StandardCharsets.UTF_8) : new byte[0];
    }
    return id < 259
        ? new byte[] {(byte) (id - 3)}
        : PIECES.get(id - 259).getBytes(StandardCharsets.UTF_8);
  }

  /** The text of tokens; what is no character becomes a replacement character. */
  static String text(int... ids) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (int id : ids) {
      all.writeBytes(bytes(id));
    }
    return all.toString(StandardCharsets.UTF_8);
  }

  static Tokenizer tokenizer() {
    ByteBuffer file = ByteBuffer.allocate(16 * SIZE).order(ByteOrder.LITTLE_ENDIAN).putInt(16);
    for (int id = 0; id < SIZE; id++) {
      byte[] piece =
          id >= 3 && id < 259
              ? "<0x%02X>".formatted(id - 3).getBytes(StandardCharsets.US_ASCII)
              : id < 3 ? "<unk>".getBytes(StandardCharsets.US_ASCII) : bytes(id);
      file.putFloat(-id).putInt(piece.length).put(piece);
    }
    byte[] written = new byte[file.position()];
    file.flip().get(written);
    return Llama2cTokenizer.read("tokenizer.bin", written, SIZE);
  }
}
