package org.gta4j.checkpoint;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.OptionalInt;
import java.util.SequencedMap;
import java.util.function.Predicate;

/** Metadata of a GGUF file that is to be written, key by key, in the types llama.cpp asks for. */
@SuppressWarnings("ByteBufferBackingArray") // all buffers are allocated here
public final class GgufPairs {
  /** Each value as the file has it: its type's number, then itself. */
  private final SequencedMap<String, byte[]> values = new LinkedHashMap<>();

  /** No keys yet. */
  public GgufPairs() {}

  /** Whether the key is there. */
  public boolean has(String key) {
    return values.containsKey(key);
  }

  /** Adds or replaces an unsigned 32-bit integer. */
  public GgufPairs put(String key, int value) {
    if (value < 0) {
      throw new IllegalArgumentException(
          "%s: expected no negative number, found %d".formatted(key, value));
    }
    return put(key, Type.UINT32, little(Integer.BYTES).putInt(value));
  }

  /** The unsigned 32-bit integer of a key; empty where it is not there, or something else. */
  OptionalInt integer(String key) {
    byte[] value = values.get(key);
    if (value == null || value.length != 2 * Integer.BYTES) {
      return OptionalInt.empty();
    }
    ByteBuffer typed = ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN);
    return typed.getInt() == Type.UINT32.number
        ? OptionalInt.of(typed.getInt())
        : OptionalInt.empty();
  }

  /** Adds an unsigned 32-bit integer where the key is not there yet. */
  public GgufPairs putIfAbsent(String key, int value) {
    return has(key) ? this : put(key, value);
  }

  /** Adds or replaces a 32-bit number. */
  public GgufPairs put(String key, float value) {
    return put(key, Type.FLOAT32, little(Float.BYTES).putFloat(value));
  }

  /** Adds or replaces a truth value. */
  public GgufPairs put(String key, boolean value) {
    return put(key, Type.BOOL, little(1).put((byte) (value ? 1 : 0)));
  }

  /** Adds or replaces a text. */
  public GgufPairs put(String key, String value) {
    byte[] text = text(value);
    return put(key, Type.STRING, little(text.length).put(text));
  }

  /** Adds or replaces a list of texts. */
  public GgufPairs put(String key, List<String> texts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    texts.forEach(text -> all.writeBytes(text(text)));
    return list(key, Type.STRING, texts.size(), all.toByteArray());
  }

  /** Adds or replaces a list of 32-bit integers. */
  public GgufPairs put(String key, int[] numbers) {
    ByteBuffer all = little(Math.multiplyExact(numbers.length, Integer.BYTES));
    for (int number : numbers) {
      all.putInt(number);
    }
    return list(key, Type.INT32, numbers.length, all.array());
  }

  /** Adds or replaces a list of 32-bit numbers. */
  public GgufPairs put(String key, float[] numbers) {
    ByteBuffer all = little(Math.multiplyExact(numbers.length, Float.BYTES));
    for (float number : numbers) {
      all.putFloat(number);
    }
    return list(key, Type.FLOAT32, numbers.length, all.array());
  }

  /**
   * Adds the keys of a file that {@code keys} takes, in its order, bit for bit as they are there.
   */
  public GgufPairs copy(GgufMetadata metadata, Predicate<String> keys) {
    metadata
        .encoded()
        .forEach((key, value) -> {
          if (keys.test(key)) {
            values.put(key, value.toArray(ValueLayout.JAVA_BYTE));
          }
        });
    return this;
  }

  /** Adds all of another's keys. */
  public GgufPairs putAll(GgufPairs others) {
    values.putAll(others.values);
    return this;
  }

  private enum Type {
    UINT32(4),
    INT32(5),
    FLOAT32(6),
    BOOL(7),
    STRING(8),
    ARRAY(9);

    private final int number;

    Type(int number) {
      this.number = number;
    }
  }

  private GgufPairs list(String key, Type type, int count, byte[] all) {
    ByteBuffer value = little(Math.addExact(Integer.BYTES + Long.BYTES, all.length));
    return put(key, Type.ARRAY, value.putInt(type.number).putLong(count).put(all));
  }

  private GgufPairs put(String key, Type type, ByteBuffer value) {
    ByteBuffer typed = little(Math.addExact(Integer.BYTES, value.capacity()));
    values.put(key, typed.putInt(type.number).put(value.array()).array());
    return this;
  }

  static byte[] text(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return little(Math.addExact(Long.BYTES, bytes.length)).putLong(bytes.length).put(bytes).array();
  }

  private static ByteBuffer little(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  int size() {
    return values.size();
  }

  void writeTo(ByteArrayOutputStream header) {
    values.forEach((key, value) -> {
      header.writeBytes(text(key));
      header.writeBytes(value);
    });
  }
}
