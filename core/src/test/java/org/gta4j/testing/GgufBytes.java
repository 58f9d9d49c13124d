package org.gta4j.testing;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;

/**
 * A GGUF file in parts, to be built or taken apart, damaged and put together again. Values stay the
 * bytes they are in the file.
 */
public final class GgufBytes {
  /** The format's numbers for some types of values. */
  public static final int UINT32 = 4;

  /** A 32-bit number. */
  public static final int FLOAT32 = 6;

  /** A text. */
  public static final int STRING = 8;

  /** A list. */
  public static final int ARRAY = 9;

  private static final int ALIGNMENT = 32;
  private static final int[] VALUE_BYTES = {1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};

  /** A key with its value. */
  public record Pair(String key, int type, byte[] value) {}

  /**
   * A tensor with its bytes.
   *
   * @param dimensions sizes, the innermost first
   * @param offset where the header says it lies; below 0: where it does
   */
  public record Entry(String name, long[] dimensions, int type, long offset, byte[] data) {}

  /** The version. */
  public int version = 3;

  /** How many more tensors the header claims than there are. */
  public long moreTensors;

  /** How many more keys the header claims than there are. */
  public long morePairs;

  /** The metadata. */
  public final List<Pair> pairs = new ArrayList<>();

  /** The tensors. */
  public final List<Entry> entries = new ArrayList<>();

  /** A file without anything. */
  public GgufBytes() {}

  /** Adds or replaces a 32-bit integer. */
  public GgufBytes put(String key, int value) {
    return put(key, UINT32, little(4).putInt(value).array());
  }

  /** Adds or replaces a 32-bit number. */
  public GgufBytes put(String key, float value) {
    return put(key, FLOAT32, little(4).putFloat(value).array());
  }

  /** Adds or replaces a text. */
  public GgufBytes put(String key, String value) {
    return put(key, STRING, text(value));
  }

  /** Adds or replaces a value. */
  public GgufBytes put(String key, int type, byte[] value) {
    Pair pair = new Pair(key, type, value);
    for (int i = 0; i < pairs.size(); i++) {
      if (pairs.get(i).key().equals(key)) {
        pairs.set(i, pair);
        return this;
      }
    }
    pairs.add(pair);
    return this;
  }

  /** Takes keys away. */
  public GgufBytes withoutPairs(Predicate<String> keys) {
    pairs.removeIf(pair -> keys.test(pair.key()));
    return this;
  }

  /** Takes tensors away. */
  public GgufBytes withoutTensors(Predicate<String> names) {
    entries.removeIf(entry -> names.test(entry.name()));
    return this;
  }

  /** Adds a tensor. */
  public GgufBytes tensor(String name, int type, byte[] data, long... dimensions) {
    entries.add(new Entry(name, dimensions, type, -1, data));
    return this;
  }

  /** A text as the format writes it. */
  public static byte[] text(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return little(8 + bytes.length).putLong(bytes.length).put(bytes).array();
  }

  private static ByteBuffer little(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** The whole file. */
  public byte[] toBytes() {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    file.writeBytes("GGUF".getBytes(StandardCharsets.US_ASCII));
    file.writeBytes(
        little(20)
            .putInt(version)
            .putLong(entries.size() + moreTensors)
            .putLong(pairs.size() + morePairs)
            .array());
    for (Pair pair : pairs) {
      file.writeBytes(text(pair.key()));
      file.writeBytes(little(4).putInt(pair.type()).array());
      file.writeBytes(pair.value());
    }
    long at = 0;
    for (Entry entry : entries) {
      file.writeBytes(text(entry.name()));
      ByteBuffer rest =
          ByteBuffer.allocate(16 + 8 * entry.dimensions().length).order(ByteOrder.LITTLE_ENDIAN);
      rest.putInt(entry.dimensions().length);
      Arrays.stream(entry.dimensions()).forEach(rest::putLong);
      rest.putInt(entry.type()).putLong(entry.offset() < 0 ? at : entry.offset());
      file.writeBytes(rest.array());
      at += padded(entry.data().length);
    }
    file.writeBytes(new byte[padded(file.size()) - file.size()]);
    for (Entry entry : entries) {
      file.writeBytes(entry.data());
      file.writeBytes(new byte[padded(entry.data().length) - entry.data().length]);
    }
    return file.toByteArray();
  }

  private static int padded(int bytes) {
    return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }

  /**
   * Takes a whole file apart.
   *
   * @throws RuntimeException if it is not whole
   */
  public static GgufBytes parse(byte[] bytes) {
    ByteBuffer file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    GgufBytes parts = new GgufBytes();
    file.getInt();
    parts.version = file.getInt();
    int tensors = Math.toIntExact(file.getLong());
    int keys = Math.toIntExact(file.getLong());
    for (int i = 0; i < keys; i++) {
      String key = readText(file);
      int type = file.getInt();
      int begin = file.position();
      skip(file, type);
      parts.pairs.add(new Pair(key, type, Arrays.copyOfRange(bytes, begin, file.position())));
    }
    List<Entry> found = new ArrayList<>();
    for (int i = 0; i < tensors; i++) {
      String name = readText(file);
      long[] dimensions = new long[few(file, file.getInt())];
      Arrays.setAll(dimensions, d -> file.getLong());
      found.add(new Entry(name, dimensions, file.getInt(), file.getLong(), new byte[0]));
    }
    int begin = padded(file.position());
    for (int i = 0; i < tensors; i++) {
      Entry entry = found.get(i);
      int from = begin + Math.toIntExact(entry.offset());
      long next =
          found.stream()
              .mapToLong(Entry::offset)
              .filter(offset -> offset > entry.offset())
              .min()
              .orElse(bytes.length - begin);
      int to = Math.min(bytes.length, begin + Math.toIntExact(next));
      byte[] data = Arrays.copyOfRange(bytes, from, to);
      parts.entries.add(new Entry(entry.name(), entry.dimensions(), entry.type(), -1, data));
    }
    return parts;
  }

  /** A number of things of which each takes a byte at least. */
  private static int few(ByteBuffer file, long count) {
    if (count < 0 || count > file.remaining()) {
      throw new IllegalArgumentException(
          "%d things in %d bytes".formatted(count, file.remaining()));
    }
    return (int) count;
  }

  private static String readText(ByteBuffer file) {
    byte[] text = new byte[few(file, file.getLong())];
    file.get(text);
    return new String(text, StandardCharsets.UTF_8);
  }

  private static void skip(ByteBuffer file, int type) {
    if (type == STRING) {
      readText(file);
    } else if (type == ARRAY) {
      int items = file.getInt();
      long count = file.getLong();
      for (long i = 0; i < count; i++) {
        skip(file, items);
      }
    } else {
      file.position(file.position() + VALUE_BYTES[type]);
    }
  }
}
