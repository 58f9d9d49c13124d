package org.gta4j.tokenizer;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * SentencePiece's table of characters to be replaced: a trie over UTF-8 bytes in the format of the
 * darts-clone library, and the texts that its leaves point at. The longest match is replaced.
 *
 * @see <a href="https://github.com/s-yata/darts-clone">darts-clone</a>
 */
final class CharacterMap {
  private final int[] units;
  private final byte[] texts;

  private CharacterMap(int[] units, byte[] texts) {
    this.units = units;
    this.texts = texts;
  }

  /**
   * Reads {@code precompiled_charsmap}.
   *
   * @throws IllegalArgumentException if it is cut or points beyond itself
   */
  static CharacterMap of(byte[] bytes) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int size = bytes.length < Integer.BYTES ? -1 : buffer.getInt();
    if (size < 0 || size > buffer.remaining() || size % Integer.BYTES != 0) {
      throw new IllegalArgumentException("a table of %d bytes that is cut".formatted(bytes.length));
    }
    int[] units = new int[size / Integer.BYTES];
    buffer.asIntBuffer().get(units);
    buffer.position(Integer.BYTES + size);
    byte[] texts = new byte[buffer.remaining()];
    buffer.get(texts);
    return new CharacterMap(units, texts);
  }

  /** The text with all its characters replaced. */
  String apply(String text) {
    byte[] input = text.getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream output = new ByteArrayOutputStream(input.length);
    int at = 0;
    while (at < input.length) {
      int length = replace(input, at, output);
      if (length == 0) {
        length = characterLength(input[at]);
        output.write(input, at, Math.min(length, input.length - at));
      }
      at += length;
    }
    return output.toString(StandardCharsets.UTF_8);
  }

  /** Writes what replaces the longest match at a place; returns the match's length in bytes. */
  private int replace(byte[] input, int at, ByteArrayOutputStream output) {
    int longest = 0;
    int text = -1;
    int node = unit(0) == 0 ? -1 : offset(unit(0));
    for (int i = at; i < input.length && node >= 0; i++) {
      int label = Byte.toUnsignedInt(input[i]);
      node ^= label;
      int unit = unit(node);
      if ((unit & 0x800000FF) != label) {
        break;
      }
      node ^= offset(unit);
      if ((unit >>> 8 & 1) == 1) {
        longest = i + 1 - at;
        text = unit(node) & 0x7FFFFFFF;
      }
    }
    for (int i = text; i >= 0 && i < texts.length && texts[i] != 0; i++) {
      output.write(texts[i]);
    }
    return longest;
  }

  private int unit(int node) {
    return node >= 0 && node < units.length ? units[node] : 0;
  }

  private static int offset(int unit) {
    return unit >>> 10 << ((unit & 1 << 9) >>> 6);
  }

  private static int characterLength(byte first) {
    int b = Byte.toUnsignedInt(first);
    return b < 0x80 ? 1 : b < 0xE0 ? 2 : b < 0xF0 ? 3 : 4;
  }
}
