package org.gta4j.checkpoint;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.gta4j.tensor.Tensor;

/**
 * Goes through a GGUF file's header value by value, and refuses to go beyond the file's end. Knows
 * which field it is at, for errors.
 */
final class GgufCursor {
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final String file;
  private final MemorySegment memory;
  private String field = "header";
  private long position;

  GgufCursor(String file, MemorySegment memory) {
    this.file = file;
    this.memory = memory;
  }

  String file() {
    return file;
  }

  /** Names the field that is read next. */
  void at(String field) {
    this.field = field;
  }

  /** How far it has come, in bytes. */
  long position() {
    return position;
  }

  /** What it has gone through from {@code begin} on. */
  MemorySegment since(long begin) {
    return memory.asSlice(begin, position - begin);
  }

  byte int8() {
    return memory.get(ValueLayout.JAVA_BYTE, advance(Byte.BYTES));
  }

  short int16() {
    return memory.get(Tensor.SHORT, advance(Short.BYTES));
  }

  int int32() {
    return memory.get(Tensor.INT, advance(Integer.BYTES));
  }

  long int64() {
    return memory.get(LONG, advance(Long.BYTES));
  }

  /** A number of things, each of which takes at least {@code leastBytes} of what is left. */
  long count(int leastBytes) {
    long count = int64();
    if (count < 0 || count > (memory.byteSize() - position) / leastBytes) {
      throw wrong(
          "at most %d, as many as can be in the file"
              .formatted((memory.byteSize() - position) / leastBytes),
          Long.toUnsignedString(count));
    }
    return count;
  }

  /** A text in UTF-8; bytes that are none become replacement characters. */
  String text() {
    long length = count(1);
    if (length > Integer.MAX_VALUE - 8) {
      throw wrong("a text that can be held", length + " bytes");
    }
    byte[] bytes = memory.asSlice(advance(length), length).toArray(ValueLayout.JAVA_BYTE);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private long advance(long bytes) {
    if (bytes > memory.byteSize() - position) {
      throw wrong("%d bytes more".formatted(bytes), "the end of the file");
    }
    long begin = position;
    position += bytes;
    return begin;
  }

  /** The error that the field is not what was expected. */
  CheckpointException wrong(String expected, Object found) {
    return CheckpointException.of(file, field, expected, found);
  }
}
