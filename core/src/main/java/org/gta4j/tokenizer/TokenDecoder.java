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
  private byte[] pending = new byte[0];
  private int previous = -1;

  TokenDecoder(Pieces pieces) {
    this.pieces = pieces;
  }

  /** The text that this id completes; may be empty. */
  public String next(int id) {
    byte[] bytes = pieces.bytes(previous, id);
    previous = id;
    byte[] all = new byte[pending.length + bytes.length];
    System.arraycopy(pending, 0, all, 0, pending.length);
    System.arraycopy(bytes, 0, all, pending.length, bytes.length);
    ByteBuffer input = ByteBuffer.wrap(all);
    CharBuffer output = CharBuffer.allocate(all.length + 1);
    utf8.reset().decode(input, output, false);
    pending = new byte[input.remaining()];
    input.get(pending);
    return output.flip().toString();
  }

  /**
   * What is left at the end: a replacement character where a character was begun and not finished.
   */
  public String end() {
    String rest = new String(pending, StandardCharsets.UTF_8);
    pending = new byte[0];
    return rest;
  }
}
