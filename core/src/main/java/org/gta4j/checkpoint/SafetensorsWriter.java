package org.gta4j.checkpoint;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.LongConsumer;
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
  static final int BUFFER_BYTES = 1 << 20;
  private static final int ALIGNMENT = 8;
  private static final String METADATA = "__metadata__";

  /** From here on f16 rounds to infinity. */
  private static final float F16_LIMIT = 65520;

  private SafetensorsWriter() {}

  /** What a header says about a tensor. */
  record Declared(DType dtype, Shape shape) {
    long bytes() {
      return dtype.bytes(shape.elements());
    }
  }

  /** Writes the tensors as they are; numbers in blocks as f32, which holds them exactly. */
  public static void write(Path file, SequencedMap<String, Tensor> tensors) {
    write(file, tensors, Optional.empty(), bytes -> {});
  }

  /**
   * Writes the tensors, those of a type that weights have as {@code dtype}.
   *
   * @throws CheckpointException if the file cannot be written
   * @throws IllegalArgumentException if {@code dtype} is not f32, f16 or bf16
   */
  public static void write(Path file, SequencedMap<String, Tensor> tensors, DType dtype) {
    requireRoundable(dtype);
    write(file, tensors, Optional.of(dtype), bytes -> {});
  }

  /** Refuses a type that numbers cannot be rounded to. */
  static void requireRoundable(DType dtype) {
    if (!dtype.isPlain()) {
      throw new IllegalArgumentException(
          "weights: expected f32, f16 or bf16, found " + dtype.label());
    }
  }

  /**
   * {@link #write(Path, SequencedMap, DType)}, or as they are.
   *
   * @param written is told the bytes of each piece, once it is written
   */
  static void write(
      Path file,
      SequencedMap<String, Tensor> tensors,
      Optional<DType> dtype,
      LongConsumer written) {
    AtomicOutput.write(file, channel -> writeTo(channel, tensors, dtype, written));
  }

  /** Bytes a tensor takes when it is written as {@code dtype}, or as it is. */
  static long bytesAs(Tensor tensor, Optional<DType> dtype) {
    return typeOf(tensor, dtype).bytes(tensor.shape().elements());
  }

  /** Numbers in blocks, which the format does not have, become f32: that holds them exactly. */
  static DType typeOf(Tensor tensor, Optional<DType> wanted) {
    DType kept = tensor.dtype().isSafetensors() ? tensor.dtype() : DType.F32;
    return tensor.dtype().isWeight() ? wanted.orElse(kept) : kept;
  }

  private static void writeTo(
      FileChannel channel,
      SequencedMap<String, Tensor> tensors,
      Optional<DType> wanted,
      LongConsumer written)
      throws IOException {
    SequencedMap<String, Declared> declared = new LinkedHashMap<>();
    tensors.forEach(
        (name, tensor) -> declared.put(name, new Declared(typeOf(tensor, wanted), tensor.shape())));
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    AtomicOutput.writeFully(channel, ByteBuffer.wrap(header(declared)));
    for (Map.Entry<String, Tensor> entry : tensors.entrySet()) {
      Tensor tensor = entry.getValue();
      DType dtype = typeOf(tensor, wanted);
      if (dtype == tensor.dtype()) {
        copy(channel, buffer, tensor.data(), written);
      } else {
        convert(channel, buffer, entry.getKey(), tensor, dtype, written);
      }
    }
  }

  /** What stands before the tensors' bytes: the header's length and the header. */
  static byte[] header(SequencedMap<String, Declared> tensors) {
    if (tensors.containsKey(METADATA)) {
      throw new IllegalArgumentException(
          "%s is the format's own key and cannot be a tensor's name".formatted(METADATA));
    }
    ObjectNode header = Json.object();
    header.putObject(METADATA).put("format", "pt");
    long at = 0;
    for (Map.Entry<String, Declared> entry : tensors.entrySet()) {
      Declared tensor = entry.getValue();
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

  /** Writes bytes, which may be those of an array of numbers, by way of {@code buffer}. */
  static void copy(FileChannel channel, ByteBuffer buffer, MemorySegment data, LongConsumer written)
      throws IOException {
    for (long at = 0; at < data.byteSize(); at += buffer.capacity()) {
      int count = (int) Math.min(buffer.capacity(), data.byteSize() - at);
      MemorySegment.ofBuffer(buffer.clear()).copyFrom(data.asSlice(at, count));
      AtomicOutput.writeFully(channel, buffer.limit(count));
      written.accept(count);
    }
  }

  private static void convert(
      FileChannel channel,
      ByteBuffer buffer,
      String name,
      Tensor tensor,
      DType dtype,
      LongConsumer written)
      throws IOException {
    MemorySegment memory = MemorySegment.ofBuffer(buffer.clear());
    long step = BUFFER_BYTES / dtype.bytes(1);
    long elements = tensor.shape().elements();
    for (long at = 0; at < elements; at += step) {
      long count = Math.min(step, elements - at);
      Tensor part = new Tensor(dtype, Shape.of(count), memory.asSlice(0, dtype.bytes(count)));
      for (long i = 0; i < count; i++) {
        float value = tensor.get(at + i);
        if (dtype == DType.F16 && Math.abs(value) >= F16_LIMIT && Float.isFinite(value)) {
          throw new CheckpointException(
              "tensor %s has the number %s, which f16 cannot hold: choose bf16 or f32"
                  .formatted(name, value));
        }
        part.set(i, value);
      }
      AtomicOutput.writeFully(channel, buffer.clear().limit((int) dtype.bytes(count)));
      written.accept(dtype.bytes(count));
    }
  }
}
