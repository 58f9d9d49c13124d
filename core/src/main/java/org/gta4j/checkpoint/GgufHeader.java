package org.gta4j.checkpoint;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/**
 * What stands before the tensors of a GGUF file, versions 2 and 3: metadata, and where each tensor
 * lies. Counts are compared with the bytes that are left before anything is made by them.
 *
 * @param metadata what it says about the model
 * @param tensors every tensor by its name, in the file's order
 * @param dataBegin where the tensors' bytes begin, in bytes into the file
 * @see <a href="https://github.com/ggml-org/ggml/blob/master/docs/gguf.md">the format</a>
 */
public record GgufHeader(
    GgufMetadata metadata, SequencedMap<String, Entry> tensors, long dataBegin) {

  /** The letters GGUF, with which a file begins. */
  static final int MAGIC = 0x46554747;

  private static final int MAX_DIMENSIONS = 4;
  private static final int MAX_NESTING = 4;
  private static final long LARGEST_ALIGNMENT = 1 << 20;

  /** A tensor's name, dimensions, offset and type take at least this. */
  private static final int LEAST_ENTRY_BYTES = 24;

  /** A key, its type and the shortest value take at least this. */
  private static final int LEAST_PAIR_BYTES = 13;

  /** The types of values. */
  private enum Type {
    UINT8(1),
    INT8(1),
    UINT16(2),
    INT16(2),
    UINT32(4),
    INT32(4),
    FLOAT32(4),
    BOOL(1),
    STRING(8),
    ARRAY(12),
    UINT64(8),
    INT64(8),
    FLOAT64(8);

    /** Bytes a value takes, at least. */
    private final int leastBytes;

    Type(int leastBytes) {
      this.leastBytes = leastBytes;
    }
  }

  private static final GgufValue TRUE = new GgufValue.Flag(true);
  private static final GgufValue FALSE = new GgufValue.Flag(false);

  /** The types in the order of the format's numbers for them. */
  private static final List<Type> TYPES = List.of(Type.values());

  /**
   * A tensor as the header describes it.
   *
   * @param type the format's number for the elements' type
   * @param dimensions sizes, the innermost first
   * @param offset bytes from {@link #dataBegin}
   */
  public record Entry(int type, List<Long> dimensions, long offset) {}

  /**
   * Reads the header of a mapped file.
   *
   * @param file names it in errors
   * @throws CheckpointException if it is damaged or of another version
   */
  static GgufHeader read(String file, MemorySegment memory) {
    return new Reader(new GgufCursor(file, memory)).read();
  }

  private static final class Reader {
    private final GgufCursor cursor;

    Reader(GgufCursor cursor) {
      this.cursor = cursor;
    }

    GgufHeader read() {
      cursor.at("magic");
      if (cursor.int32() != MAGIC) {
        throw cursor.wrong("the four letters GGUF", "others");
      }
      cursor.at("version");
      int version = cursor.int32();
      if (version != 2 && version != 3) {
        throw cursor.wrong("2 or 3, little-endian", version);
      }
      cursor.at("tensor_count");
      long tensorCount = cursor.count(LEAST_ENTRY_BYTES);
      cursor.at("metadata_kv_count");
      long pairs = cursor.count(LEAST_PAIR_BYTES);
      SequencedMap<String, GgufValue> values = new LinkedHashMap<>();
      SequencedMap<String, MemorySegment> encoded = new LinkedHashMap<>();
      for (long i = 0; i < pairs; i++) {
        cursor.at("metadata key %d".formatted(i));
        String key = cursor.text();
        cursor.at(key);
        long begin = cursor.position();
        if (values.putIfAbsent(key, value(type(), 0)) != null) {
          throw cursor.wrong("a key that occurs once", "a second one");
        }
        encoded.put(key, cursor.since(begin));
      }
      GgufMetadata metadata = new GgufMetadata(cursor.file(), values, encoded);
      long alignment = metadata.integer("general.alignment", 1, LARGEST_ALIGNMENT).orElse(32L);
      SequencedMap<String, Entry> tensors = new LinkedHashMap<>();
      for (long i = 0; i < tensorCount; i++) {
        cursor.at("tensor %d".formatted(i));
        String name = cursor.text();
        cursor.at("tensor " + name);
        if (tensors.putIfAbsent(name, entry(alignment)) != null) {
          throw cursor.wrong("a name that occurs once", "a second one");
        }
      }
      long begin = (cursor.position() + alignment - 1) / alignment * alignment;
      return new GgufHeader(metadata, tensors, begin);
    }

    private Entry entry(long alignment) {
      int rank = cursor.int32();
      if (rank < 0 || rank > MAX_DIMENSIONS) {
        throw cursor.wrong("0 to %d dimensions".formatted(MAX_DIMENSIONS), rank);
      }
      List<Long> dimensions = new ArrayList<>();
      for (int i = 0; i < rank; i++) {
        long size = cursor.int64();
        if (size < 0) {
          throw cursor.wrong("sizes below 2^63", Long.toUnsignedString(size));
        }
        dimensions.add(size);
      }
      int type = cursor.int32();
      long offset = cursor.int64();
      if (offset < 0 || offset % alignment != 0) {
        throw cursor.wrong(
            "an offset that is a multiple of %d".formatted(alignment),
            Long.toUnsignedString(offset));
      }
      return new Entry(type, List.copyOf(dimensions), offset);
    }

    private Type type() {
      int number = cursor.int32();
      if (number < 0 || number >= TYPES.size()) {
        throw cursor.wrong("a type of value from 0 to 12", Integer.toUnsignedString(number));
      }
      return TYPES.get(number);
    }

    private GgufValue value(Type type, int nesting) {
      return switch (type) {
        case FLOAT32, FLOAT64 -> new GgufValue.Real(real(type));
        case BOOL -> cursor.int8() != 0 ? TRUE : FALSE;
        case STRING -> new GgufValue.Text(cursor.text());
        case ARRAY -> list(nesting);
        default -> new GgufValue.Whole(whole(type));
      };
    }

    private GgufValue list(int nesting) {
      Type type = type();
      long count = cursor.count(type.leastBytes);
      if (count > Integer.MAX_VALUE - 8 || nesting == MAX_NESTING) {
        throw cursor.wrong("a list that can be held", "one of %d values".formatted(count));
      }
      return switch (type) {
        case STRING -> {
          List<String> texts = new ArrayList<>((int) count);
          for (int i = 0; i < count; i++) {
            texts.add(cursor.text());
          }
          yield new GgufValue.Texts(texts);
        }
        case FLOAT32, FLOAT64 -> {
          float[] numbers = new float[(int) count];
          for (int i = 0; i < numbers.length; i++) {
            numbers[i] = (float) real(type);
          }
          yield new GgufValue.Reals(numbers);
        }
        case BOOL, ARRAY -> {
          List<GgufValue> values = new ArrayList<>((int) count);
          for (int i = 0; i < count; i++) {
            values.add(value(type, nesting + 1));
          }
          yield new GgufValue.Others(values);
        }
        default -> {
          int[] numbers = new int[(int) count];
          for (int i = 0; i < numbers.length; i++) {
            long number = whole(type);
            if (number != (int) number) {
              throw cursor.wrong("integers below 2^31 in lists", number);
            }
            numbers[i] = (int) number;
          }
          yield new GgufValue.Wholes(numbers);
        }
      };
    }

    private double real(Type type) {
      return type == Type.FLOAT32
          ? Float.intBitsToFloat(cursor.int32())
          : Double.longBitsToDouble(cursor.int64());
    }

    private long whole(Type type) {
      return switch (type) {
        case UINT8 -> Byte.toUnsignedInt(cursor.int8());
        case INT8 -> cursor.int8();
        case UINT16 -> Short.toUnsignedInt(cursor.int16());
        case INT16 -> cursor.int16();
        case UINT32 -> Integer.toUnsignedLong(cursor.int32());
        case INT32 -> cursor.int32();
        case UINT64 -> {
          long number = cursor.int64();
          if (number < 0) {
            throw cursor.wrong("an integer below 2^63", Long.toUnsignedString(number));
          }
          yield number;
        }
        default -> cursor.int64();
      };
    }
  }
}
