package org.gta4j.checkpoint;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.gta4j.checkpoint.BlockTensors.Stored;
import org.gta4j.tensor.DType;
import org.gta4j.tensor.Shape;
import org.gta4j.tensor.Tensor;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes safetensors files, converting between floating-point types on the way; whole or not at
 * all.
 */
public final class SafetensorsWriter {
  private static final int ALIGNMENT = 8;
  private static final String METADATA = SafetensorsReader.METADATA;

  private SafetensorsWriter() {}

  /** Writes the tensors as they are; numbers in blocks as f32, which holds them exactly. */
  public static void write(Path file, SequencedMap<String, Tensor> tensors) {
    write(file, tensors, TensorTypes.withoutBlocks(), bytes -> {});
  }

  /**
   * The same, with texts about the file in its header.
   *
   * @param metadata texts by their names, which {@link SafetensorsReader#metadata} reads
   * @throws CheckpointException if the file cannot be written
   */
  public static void write(
      Path file, SequencedMap<String, Tensor> tensors, Map<String, String> metadata) {
    TensorTypes types = TensorTypes.withoutBlocks();
    AtomicOutput.write(file, channel -> writeTo(channel, tensors, metadata, types, bytes -> {}));
  }

  /**
   * Writes the tensors, those of a type that weights have as {@code dtype}.
   *
   * @throws CheckpointException if the file cannot be written
   * @throws IllegalArgumentException if {@code dtype} is not f32, f16 or bf16
   */
  public static void write(Path file, SequencedMap<String, Tensor> tensors, DType dtype) {
    write(file, tensors, TensorTypes.all(dtype), bytes -> {});
  }

  /**
   * Writes the tensors. Those in blocks become bytes, of which the file does not say what they are.
   *
   * @param written is told the bytes of each piece, once it is written
   */
  static void write(
      Path file, SequencedMap<String, Tensor> tensors, TensorTypes types, LongConsumer written) {
    AtomicOutput.write(file, channel -> writeTo(channel, tensors, Map.of(), types, written));
  }

  /** Hands over all numbers of a file, in the order of its tensors, in pieces of any size. */
  public interface Numbers {
    /** Hands each piece to {@code sink}, once. */
    void writeTo(Consumer<MemorySegment> sink);
  }

  /**
   * Writes tensors in f32 that are nowhere all at once.
   *
   * @param shapes names and shapes
   * @throws CheckpointException if the file cannot be written
   * @throws IllegalArgumentException if there are more or fewer numbers than that
   */
  public static void write(Path file, SequencedMap<String, Shape> shapes, Numbers numbers) {
    SequencedMap<String, Stored> declared = new LinkedHashMap<>();
    shapes.forEach((name, shape) -> declared.put(name, new Stored(DType.F32, shape)));
    byte[] header = header(declared);
    long wanted = declared.values().stream().mapToLong(Stored::bytes).sum();
    AtomicOutput.write(
        file,
        channel -> {
          AtomicOutput.writeFully(channel, ByteBuffer.wrap(header));
          TensorBytes bytes = new TensorBytes(channel, written -> {});
          try {
            numbers.writeTo(piece -> copy(piece, bytes));
          } catch (UncheckedIOException e) {
            throw e.getCause();
          }
          long found = channel.position() - header.length;
          if (found != wanted) {
            throw new IllegalArgumentException(
                "%s: expected %d bytes of numbers, found %d".formatted(file, wanted, found));
          }
        });
  }

  private static void copy(MemorySegment piece, TensorBytes to) {
    try {
      to.copy(piece);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void writeTo(
      FileChannel channel,
      SequencedMap<String, Tensor> tensors,
      Map<String, String> metadata,
      TensorTypes types,
      LongConsumer written)
      throws IOException {
    SequencedMap<String, Stored> declared = new LinkedHashMap<>();
    tensors.forEach(
        (name, tensor) -> declared.put(name, Stored.of(name, tensor, types.typeOf(name, tensor))));
    AtomicOutput.writeFully(channel, ByteBuffer.wrap(header(declared, metadata)));
    TensorBytes bytes = new TensorBytes(channel, written);
    for (Map.Entry<String, Tensor> entry : tensors.entrySet()) {
      Tensor tensor = entry.getValue();
      bytes.write(entry.getKey(), tensor, types.typeOf(entry.getKey(), tensor));
    }
  }

  /** What stands before the tensors' bytes: the header's length and the header. */
  static byte[] header(SequencedMap<String, Stored> tensors) {
    return header(tensors, Map.of());
  }

  private static byte[] header(SequencedMap<String, Stored> tensors, Map<String, String> metadata) {
    if (tensors.containsKey(METADATA)) {
      throw new IllegalArgumentException(
          "%s is the format's own key and cannot be a tensor's name".formatted(METADATA));
    }
    ObjectNode header = Json.object();
    ObjectNode texts = header.putObject(METADATA).put("format", "pt");
    metadata.forEach(texts::put);
    long at = 0;
    for (Map.Entry<String, Stored> entry : tensors.entrySet()) {
      Stored tensor = entry.getValue();
      ObjectNode node = header.putObject(entry.getKey());
      node.put("dtype", tensor.dtype().name());
      ArrayNode shape = node.putArray("shape");
      Arrays.stream(tensor.shape().toArray()).forEach(shape::add);
      long end = at + tensor.bytes();
      node.putArray("data_offsets").add(at).add(end);
      at = end;
    }
    // Spaces behind the JSON keep the tensors aligned, as the format's own writer does.
    byte[] json = Json.toCompactBytes(header);
    int padded = (json.length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    byte[] bytes = new byte[Long.BYTES + padded];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(padded).put(json);
    Arrays.fill(bytes, Long.BYTES + json.length, bytes.length, (byte) ' ');
    return bytes;
  }
}
