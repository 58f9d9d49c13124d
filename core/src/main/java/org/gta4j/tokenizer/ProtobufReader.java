package org.gta4j.tokenizer;

import java.util.Arrays;
import org.gta4j.checkpoint.CheckpointException;

/**
 * Goes through a message in protocol buffers' format field by field, and never beyond its end. The
 * value of a field that nobody asked for is skipped.
 *
 * @see <a href="https://protobuf.dev/programming-guides/encoding/">the format</a>
 */
final class ProtobufReader {
  private static final int VARINT = 0;
  private static final int FIXED64 = 1;
  private static final int BYTES = 2;
  private static final int FIXED32 = 5;

  private final String file;
  private final String where;
  private final byte[] data;
  private final int end;
  private int position;
  private long tag;
  private boolean pending;

  ProtobufReader(String file, String where, byte[] data) {
    this(file, where, data, 0, data.length);
  }

  private ProtobufReader(String file, String where, byte[] data, int begin, int end) {
    this.file = file;
    this.where = where;
    this.data = data;
    this.position = begin;
    this.end = end;
  }

  /** Goes on to the next field; false at the end. */
  boolean next() {
    if (pending) {
      skip();
    }
    if (position == end) {
      return false;
    }
    tag = varint();
    pending = true;
    return true;
  }

  /** The field's number. */
  int field() {
    return (int) Math.min(tag >>> 3, Integer.MAX_VALUE);
  }

  /** Its value as an integer. */
  long integer() {
    expect(VARINT, "an integer");
    return varint();
  }

  /** Its value as a 32-bit number. */
  float float32() {
    expect(FIXED32, "a 32-bit number");
    int at = advance(Integer.BYTES);
    return Float.intBitsToFloat(
        (data[at] & 0xFF)
            | (data[at + 1] & 0xFF) << 8
            | (data[at + 2] & 0xFF) << 16
            | (data[at + 3] & 0xFF) << 24);
  }

  /** Its value as bytes. */
  byte[] bytes() {
    expect(BYTES, "bytes");
    int length = length();
    int at = advance(length);
    return Arrays.copyOfRange(data, at, at + length);
  }

  /** Its value as a message, called {@code name} in errors. */
  ProtobufReader message(String name) {
    expect(BYTES, "a message");
    int length = length();
    int at = advance(length);
    return new ProtobufReader(file, name, data, at, at + length);
  }

  /** The error that the message is not what was expected. */
  CheckpointException wrong(String expected, Object found) {
    return CheckpointException.of(file, where, expected, found);
  }

  private void expect(int type, String expected) {
    pending = false;
    if ((tag & 7) != type) {
      throw wrong("field %d to be %s".formatted(field(), expected), "wire type " + (tag & 7));
    }
  }

  private void skip() {
    pending = false;
    switch ((int) (tag & 7)) {
      case VARINT -> varint();
      case FIXED64 -> advance(Long.BYTES);
      case BYTES -> advance(length());
      case FIXED32 -> advance(Integer.BYTES);
      default -> throw wrong("a SentencePiece model", "wire type " + (tag & 7));
    }
  }

  private int length() {
    long length = varint();
    if (length < 0 || length > end - position) {
      throw wrong(
          "a SentencePiece model: at most %d bytes here".formatted(end - position),
          Long.toUnsignedString(length));
    }
    return (int) length;
  }

  private long varint() {
    long value = 0;
    for (int shift = 0; shift < Long.SIZE; shift += 7) {
      byte b = data[advance(1)];
      value |= (long) (b & 0x7F) << shift;
      if (b >= 0) {
        return value;
      }
    }
    throw wrong("an integer of at most 10 bytes", "more");
  }

  private int advance(int bytes) {
    if (bytes > end - position) {
      throw wrong("a SentencePiece model: %d bytes more".formatted(bytes), "the end");
    }
    int at = position;
    position += bytes;
    return at;
  }
}
