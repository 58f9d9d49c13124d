package org.gta4j.checkpoint;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import org.gta4j.tensor.DType;
import org.gta4j.tensor.Shape;
import org.gta4j.tensor.Tensor;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * Reads a safetensors file: eight bytes of header length, a JSON header, the tensors' bytes. The
 * tensors are views of the mapped file. Everything the header says is checked against the file's
 * size before anything is mapped, and, as the format demands, the tensors lie side by side without
 * gaps or overlap.
 *
 * @see <a href="https://github.com/huggingface/safetensors#format">the format</a>
 */
public final class SafetensorsReader {
  /** The format's own bound on the header. */
  private static final long MAX_HEADER_BYTES = 100_000_000;

  private static final int MAX_RANK = 8;

  /** What the header says about the file itself. */
  static final String METADATA = "__metadata__";

  private record Entry(String name, DType dtype, Shape shape, long begin, long end) {
    long bytes() {
      return end - begin;
    }
  }

  private final String file;

  private SafetensorsReader(String file) {
    this.file = file;
  }

  /**
   * Maps a file.
   *
   * @param path the file
   * @param arena what keeps it mapped
   * @return its tensors in the order of their bytes
   * @throws CheckpointException if it cannot be read or is not a whole, well-formed safetensors
   *     file
   */
  public static SequencedMap<String, Tensor> read(Path path, Arena arena) {
    try (InputFile input = InputFile.open(path)) {
      return new SafetensorsReader(path.toString()).tensors(input, arena);
    }
  }

  /**
   * The texts about a file in its header.
   *
   * @return texts by their names
   * @throws CheckpointException if it cannot be read or its header is not well-formed
   */
  public static SequencedMap<String, String> metadata(Path path) {
    try (InputFile input = InputFile.open(path)) {
      return new SafetensorsReader(path.toString()).metadata(input);
    }
  }

  private SequencedMap<String, String> metadata(InputFile input) {
    SequencedMap<String, String> texts = new LinkedHashMap<>();
    Json.readFields(
        file + ": header",
        input.read(Long.BYTES, headerBytes(input)),
        (name, value) -> {
          if (name.equals(METADATA) && value.currentToken() == JsonToken.START_OBJECT) {
            Json.readFields(
                value,
                (key, text) -> {
                  if (text.currentToken() == JsonToken.VALUE_STRING) {
                    texts.put(key, text.getString());
                  }
                });
          }
        });
    return texts;
  }

  private SequencedMap<String, Tensor> tensors(InputFile input, Arena arena) {
    int headerBytes = headerBytes(input);
    long begin = Long.BYTES + (long) headerBytes;
    long dataBytes = input.size() - begin;
    List<Entry> entries = entries(input.read(Long.BYTES, headerBytes));
    requireSideBySide(entries, dataBytes);
    MemorySegment data = dataBytes == 0 ? MemorySegment.NULL : input.map(begin, dataBytes, arena);
    SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
    for (Entry entry : entries) {
      tensors.put(
          entry.name(),
          new Tensor(entry.dtype(), entry.shape(), data.asSlice(entry.begin(), entry.bytes())));
    }
    return tensors;
  }

  private int headerBytes(InputFile input) {
    if (input.size() < Long.BYTES) {
      throw CheckpointException.of(
          file, "size", "a safetensors file of at least 8 bytes", input.size());
    }
    long bytes =
        ByteBuffer.wrap(input.read(0, Long.BYTES)).order(ByteOrder.LITTLE_ENDIAN).getLong();
    long most = Math.min(MAX_HEADER_BYTES, input.size() - Long.BYTES);
    if (bytes < 2 || bytes > most) {
      throw CheckpointException.of(
          file, "header length", "2 to %d bytes".formatted(most), Long.toUnsignedString(bytes));
    }
    return (int) bytes;
  }

  private List<Entry> entries(byte[] header) {
    List<Entry> entries = new ArrayList<>();
    Json.readFields(
        file + ": header",
        header,
        (name, value) -> {
          if (!name.equals(METADATA)) {
            entries.add(new EntryReader(name).read(value));
          }
        });
    entries.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
    return entries;
  }

  private void requireSideBySide(List<Entry> entries, long dataBytes) {
    long at = 0;
    for (Entry entry : entries) {
      if (entry.begin() != at) {
        throw wrong(
            entry.name(),
            "data_offsets",
            "to begin at %d, where the tensor before it ends".formatted(at),
            entry.begin());
      }
      if (entry.end() > dataBytes) {
        throw wrong(
            entry.name(),
            "data_offsets",
            "to end within the file's %d bytes of data".formatted(dataBytes),
            entry.end());
      }
      at = entry.end();
    }
    if (at != dataBytes) {
      throw CheckpointException.of(
          file, "size", "%d bytes of tensors, as the header says".formatted(at), dataBytes);
    }
  }

  private CheckpointException wrong(String tensor, String field, String expected, Object found) {
    return CheckpointException.of(file, "tensor %s: %s".formatted(tensor, field), expected, found);
  }

  /** Reads what the header says of one tensor. */
  private final class EntryReader {
    private final String name;
    private Optional<DType> dtype = Optional.empty();
    private Optional<long[]> shape = Optional.empty();
    private Optional<long[]> offsets = Optional.empty();

    EntryReader(String name) {
      this.name = name;
    }

    Entry read(JsonParser json) {
      if (json.currentToken() != JsonToken.START_OBJECT) {
        throw CheckpointException.of(
            file,
            "tensor " + name,
            "an object with dtype, shape and data_offsets",
            Json.describe(json));
      }
      Json.readFields(json, this::field);
      DType type = dtype.orElseThrow(() -> missing("dtype"));
      long[] range = offsets.orElseThrow(() -> missing("data_offsets"));
      Shape sizes = sizes(shape.orElseThrow(() -> missing("shape")));
      long wanted;
      try {
        wanted = type.bytes(sizes.elements());
      } catch (ArithmeticException e) {
        throw wrong(name, "shape", "fewer than 2^63 bytes", sizes);
      }
      if (range.length != 2 || range[1] - range[0] != wanted) {
        throw wrong(
            name,
            "data_offsets",
            "[begin, end], %d bytes apart for %s %s".formatted(wanted, type, sizes),
            Arrays.toString(range));
      }
      return new Entry(name, type, sizes, range[0], range[1]);
    }

    private void field(String key, JsonParser value) {
      switch (key) {
        case "dtype" -> dtype = Optional.of(dtype(value));
        case "shape" -> shape = Optional.of(numbers(key, value));
        case "data_offsets" -> offsets = Optional.of(numbers(key, value));
        default -> {
          // Later versions of the format may say more.
        }
      }
    }

    private DType dtype(JsonParser value) {
      return Optional.of(value)
          .filter(json -> json.currentToken() == JsonToken.VALUE_STRING)
          .flatMap(json -> DType.named(json.getString()))
          .filter(DType::isSafetensors)
          .orElseThrow(
              () -> wrong(name, "dtype", "a type of the safetensors format", Json.describe(value)));
    }

    private long[] numbers(String key, JsonParser value) {
      if (value.currentToken() != JsonToken.START_ARRAY) {
        throw wrong(name, key, "a list of integers", Json.describe(value));
      }
      long[] numbers = new long[MAX_RANK];
      int count = 0;
      while (value.nextToken() != JsonToken.END_ARRAY) {
        if (count == MAX_RANK) {
          throw wrong(name, key, "at most %d integers".formatted(MAX_RANK), "more");
        }
        if (!isLong(value) || value.getLongValue() < 0) {
          throw wrong(name, key, "integers from 0 to 2^63 - 1", Json.describe(value));
        }
        numbers[count++] = value.getLongValue();
      }
      return Arrays.copyOf(numbers, count);
    }

    private static boolean isLong(JsonParser value) {
      return value.currentToken() == JsonToken.VALUE_NUMBER_INT
          && value.getNumberType() != JsonParser.NumberType.BIG_INTEGER;
    }

    private Shape sizes(long[] numbers) {
      try {
        return Shape.of(numbers);
      } catch (IllegalArgumentException e) {
        throw wrong(name, "shape", "fewer than 2^63 elements", Arrays.toString(numbers));
      }
    }

    private CheckpointException missing(String key) {
      return wrong(name, key, "to be there", "no such key");
    }
  }
}
