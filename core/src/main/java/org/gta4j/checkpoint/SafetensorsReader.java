package org.gta4j.checkpoint;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import org.gta4j.tensor.DType;
import org.gta4j.tensor.Shape;
import org.gta4j.tensor.Tensor;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads a safetensors file: eight bytes of header length, a JSON header, the tensors' bytes. The
 * tensors are views of the mapped file. Everything the header says is checked against the file's
 * size before it is used, and, as the format demands, the tensors lie side by side without gaps or
 * overlap.
 *
 * @see <a href="https://github.com/huggingface/safetensors#format">the format</a>
 */
public final class SafetensorsReader {
  private static final ValueLayout.OfLong LENGTH =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** The format's own bound on the header. */
  private static final long MAX_HEADER_BYTES = 100_000_000;

  private static final int MAX_RANK = 8;

  private record Entry(String name, DType dtype, Shape shape, long begin, long end) {}

  private final String file;

  private SafetensorsReader(String file) {
    this.file = file;
  }

  /**
   * Maps a file.
   *
   * @param file the file
   * @param arena what keeps it mapped
   * @return its tensors in the order of their bytes
   * @throws CheckpointException if it cannot be read or is not a whole, well-formed safetensors
   *     file
   */
  public static SequencedMap<String, Tensor> read(Path file, Arena arena) {
    return new SafetensorsReader(file.toString()).tensors(MappedFile.map(file, arena));
  }

  private SequencedMap<String, Tensor> tensors(MemorySegment memory) {
    if (memory.byteSize() < 8) {
      throw CheckpointException.of(
          file, "size", "a safetensors file of at least 8 bytes", memory.byteSize());
    }
    long headerBytes = memory.get(LENGTH, 0);
    if (headerBytes < 2 || headerBytes > Math.min(MAX_HEADER_BYTES, memory.byteSize() - 8)) {
      throw CheckpointException.of(
          file,
          "header length",
          "2 to %d bytes".formatted(Math.min(MAX_HEADER_BYTES, memory.byteSize() - 8)),
          Long.toUnsignedString(headerBytes));
    }
    byte[] header = memory.asSlice(8, headerBytes).toArray(ValueLayout.JAVA_BYTE);
    MemorySegment data = memory.asSlice(8 + headerBytes);
    List<Entry> entries = entries(Json.parseObject(file + ": header", header));
    entries.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
    SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
    long at = 0;
    for (Entry entry : entries) {
      if (entry.begin() != at) {
        throw wrong(
            entry.name(),
            "data_offsets",
            "to begin at %d, where the tensor before it ends".formatted(at),
            entry.begin());
      }
      if (entry.end() > data.byteSize()) {
        throw wrong(
            entry.name(),
            "data_offsets",
            "to end within the file's %d bytes of data".formatted(data.byteSize()),
            entry.end());
      }
      at = entry.end();
      tensors.put(
          entry.name(),
          new Tensor(
              entry.dtype(),
              entry.shape(),
              data.asSlice(entry.begin(), entry.end() - entry.begin())));
    }
    if (at != data.byteSize()) {
      throw CheckpointException.of(
          file, "size", "%d bytes of tensors, as the header says".formatted(at), data.byteSize());
    }
    return tensors;
  }

  private List<Entry> entries(ObjectNode header) {
    List<Entry> entries = new ArrayList<>();
    for (Map.Entry<String, JsonNode> property : header.properties()) {
      if (!property.getKey().equals("__metadata__")) {
        entries.add(entry(property.getKey(), property.getValue()));
      }
    }
    return entries;
  }

  private Entry entry(String name, JsonNode node) {
    if (!node.isObject()) {
      throw CheckpointException.of(
          file, "tensor " + name, "an object with dtype, shape and data_offsets", node);
    }
    JsonNode type = node.path("dtype");
    DType dtype =
        (type.isString() ? DType.named(type.stringValue()) : Optional.<DType>empty())
            .orElseThrow(() -> wrong(name, "dtype", "a type of the safetensors format", type));
    Shape shape = shape(name, node.path("shape"));
    JsonNode offsets = node.path("data_offsets");
    if (!offsets.isArray()
        || offsets.size() != 2
        || !isOffset(offsets.get(0))
        || !isOffset(offsets.get(1))) {
      throw wrong(name, "data_offsets", "[begin, end]", offsets);
    }
    long begin = offsets.get(0).longValue();
    long end = offsets.get(1).longValue();
    long wanted;
    try {
      wanted = dtype.bytes(shape.elements());
    } catch (ArithmeticException e) {
      throw wrong(name, "shape", "fewer elements", shape);
    }
    if (end - begin != wanted) {
      throw wrong(
          name,
          "data_offsets",
          "%d bytes for %s %s".formatted(wanted, dtype, shape),
          "%d to %d".formatted(begin, end));
    }
    return new Entry(name, dtype, shape, begin, end);
  }

  private Shape shape(String name, JsonNode node) {
    if (!node.isArray() || node.size() > MAX_RANK) {
      throw wrong(name, "shape", "a list of at most %d sizes".formatted(MAX_RANK), node);
    }
    long[] sizes = new long[node.size()];
    for (int i = 0; i < sizes.length; i++) {
      if (!isOffset(node.get(i))) {
        throw wrong(name, "shape", "sizes that are not negative", node);
      }
      sizes[i] = node.get(i).longValue();
    }
    try {
      return Shape.of(sizes);
    } catch (IllegalArgumentException e) {
      throw new CheckpointException(
          "%s: tensor %s: shape: %s".formatted(file, name, e.getMessage()), e);
    }
  }

  private static boolean isOffset(JsonNode node) {
    return node.isIntegralNumber() && node.canConvertToLong() && node.longValue() >= 0;
  }

  private CheckpointException wrong(String tensor, String field, String expected, Object found) {
    return CheckpointException.of(file, "tensor %s: %s".formatted(tensor, field), expected, found);
  }
}
