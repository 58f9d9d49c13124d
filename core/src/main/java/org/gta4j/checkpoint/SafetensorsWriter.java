package org.gta4j.checkpoint;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
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
  private static final int BUFFER_BYTES = 1 << 20;
  private static final int ALIGNMENT = 8;

  private SafetensorsWriter() {}

  /** Writes the tensors as they are. */
  public static void write(Path file, SequencedMap<String, Tensor> tensors) {
    AtomicOutput.write(file, channel -> writeTo(channel, tensors, Optional.empty()));
  }

  /**
   * Writes the tensors, those of a computable type as {@code dtype}.
   *
   * @throws CheckpointException if the file cannot be written
   */
  public static void write(Path file, SequencedMap<String, Tensor> tensors, DType dtype) {
    AtomicOutput.write(file, channel -> writeTo(channel, tensors, Optional.of(dtype)));
  }

  /** Bytes a tensor takes when it is written as {@code dtype}. */
  static long bytesAs(Tensor tensor, DType dtype) {
    return typeOf(tensor, Optional.of(dtype)).bytes(tensor.shape().elements());
  }

  private static DType typeOf(Tensor tensor, Optional<DType> wanted) {
    return tensor.dtype().isComputable() ? wanted.orElse(tensor.dtype()) : tensor.dtype();
  }

  private static void writeTo(
      FileChannel channel, SequencedMap<String, Tensor> tensors, Optional<DType> wanted)
      throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    byte[] header = header(tensors, wanted);
    AtomicOutput.writeFully(
        channel,
        ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(header.length).flip());
    AtomicOutput.writeFully(channel, ByteBuffer.wrap(header));
    for (Tensor tensor : tensors.values()) {
      DType dtype = typeOf(tensor, wanted);
      if (dtype == tensor.dtype()) {
        copy(channel, tensor.data());
      } else {
        convert(channel, buffer, tensor, dtype);
      }
    }
  }

  private static byte[] header(SequencedMap<String, Tensor> tensors, Optional<DType> wanted) {
    ObjectNode header = Json.object();
    header.putObject("__metadata__").put("format", "pt");
    long at = 0;
    for (Map.Entry<String, Tensor> entry : tensors.entrySet()) {
      Tensor tensor = entry.getValue();
      DType dtype = typeOf(tensor, wanted);
      ObjectNode node = header.putObject(entry.getKey());
      node.put("dtype", dtype.name());
      ArrayNode shape = node.putArray("shape");
      Arrays.stream(tensor.shape().toArray()).forEach(shape::add);
      long end = at + dtype.bytes(tensor.shape().elements());
      node.putArray("data_offsets").add(at).add(end);
      at = end;
    }
    // Spaces behind the JSON keep the tensors aligned, as the format's own writer does.
    byte[] json = Json.COMPACT.writeValueAsString(header).getBytes(StandardCharsets.UTF_8);
    byte[] padded = Arrays.copyOf(json, (json.length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
    Arrays.fill(padded, json.length, padded.length, (byte) ' ');
    return padded;
  }

  private static void copy(FileChannel channel, MemorySegment data) throws IOException {
    for (long at = 0; at < data.byteSize(); at += BUFFER_BYTES) {
      AtomicOutput.writeFully(
          channel, data.asSlice(at, Math.min(BUFFER_BYTES, data.byteSize() - at)).asByteBuffer());
    }
  }

  private static void convert(FileChannel channel, ByteBuffer buffer, Tensor tensor, DType dtype)
      throws IOException {
    MemorySegment memory = MemorySegment.ofBuffer(buffer.clear());
    long step = BUFFER_BYTES / dtype.bytes(1);
    long elements = tensor.shape().elements();
    for (long at = 0; at < elements; at += step) {
      long count = Math.min(step, elements - at);
      Tensor part = new Tensor(dtype, Shape.of(count), memory.asSlice(0, dtype.bytes(count)));
      for (long i = 0; i < count; i++) {
        part.set(i, tensor.get(at + i));
      }
      AtomicOutput.writeFully(channel, buffer.clear().limit((int) dtype.bytes(count)));
    }
  }
}
