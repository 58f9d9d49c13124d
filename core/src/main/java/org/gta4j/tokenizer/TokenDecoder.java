package org.gta4j.tokenizer;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Decodes one text from ids that come one by one, and never gives out half a character: bytes that
 * may still become one are kept until they do or the text ends.
 */
public final class TokenDecoder {
  /** The bytes of a token, given the id and the one before it (−1 at the beginning). */
  @FunctionalInterface
  interface Pieces {
    byte[] bytes(int previous, int id);
  }

  private final Pieces pieces;
  private final CharsetDecoder utf8 =
      StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPLACE)
          .onUnmappableCharacter(CodingErrorAction.REPLACE);

  /** Bytes that are not decoded yet, from the beginning up to the position. */
  private ByteBuffer input = ByteBuffer.allocate(64);

  private CharBuffer output = CharBuffer.allocate(64);
  private int previous = -1;

  TokenDecoder(Pieces pieces) {
    this.pieces = pieces;
  }

  /** The text that this id completes; may be empty. */
  public String next(int id) {
    byte[] bytes = pieces.bytes(previous, id);
    previous = id;
    if (input.remaining() < bytes.length) {
      int size = 2 * (input.position() + bytes.length);
      input = ByteBuffer.allocate(size).put(input.flip());
      output = CharBuffer.allocate(size); // a byte becomes one character at most
    }
    input.put(bytes).flip();
    utf8.reset().decode(input, output.clear(), false);
    input.compact();
    return output.flip().toString();
  }

  /**
   * The text of a control token that is to be seen: half a character before it stays half.
   *
   * @param name what it is written as
   */
  public String mark(int id, String name) {
    return end() + next(id) + name;
  }

  /**
   * What is left at the end: a replacement character where a character was begun and not finished.
   */
  public String end() {
    String rest = new String(input.array(), 0, input.position(), StandardCharsets.UTF_8);
    input.clear();
    return rest;
  }
}
