package org.gta4j.tokenizer;

import java.util.Arrays;

/**
 * The letters that GPT-2 writes bytes with in its vocabulary: those that Latin-1 prints stand for
 * themselves, the others for U+0100 and up in their order. So a space is {@code Ġ}.
 */
final class ByteAlphabet {
  private static final char[] LETTERS = new char[256];
  private static final short[] VALUES = new short[0x200];

  static {
    Arrays.fill(VALUES, (short) -1);
    int next = 0x100;
    for (int b = 0; b < LETTERS.length; b++) {
      boolean prints =
          (b >= '!' && b <= '~') || (b >= 0xA1 && b <= 0xAC) || (b >= 0xAE && b <= 0xFF);
      char letter = (char) (prints ? b : next++);
      LETTERS[b] = letter;
      VALUES[letter] = (short) b;
    }
  }

  private ByteAlphabet() {}

  /** The letter of a byte from 0 to 255. */
  static char letter(int b) {
    return LETTERS[b];
  }

  /** The byte of a letter; −1 where it is none of these. */
  static int value(char letter) {
    return letter < VALUES.length ? VALUES[letter] : -1;
  }

  /** Bytes written in letters. */
  static String letters(byte[] bytes) {
    char[] letters = new char[bytes.length];
    for (int i = 0; i < letters.length; i++) {
      letters[i] = LETTERS[Byte.toUnsignedInt(bytes[i])];
    }
    return String.valueOf(letters);
  }
}
