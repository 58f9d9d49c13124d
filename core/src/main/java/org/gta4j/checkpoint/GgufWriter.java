package org.gta4j.checkpoint;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.SequencedMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.gta4j.tensor.DType;
import org.gta4j.tensor.Shape;
import org.gta4j.tensor.Tensor;

/**
 * Writes GGUF files, version 3, whole or not at all: a header, then the tensors one after the
 * other, so that no more than one is in memory.
 *
 * @see <a href="https://github.com/ggml-org/ggml/blob/master/docs/gguf.md">the format</a>
 */
@SuppressWarnings("ByteBufferBackingArray") // all buffers are allocated here
public final class GgufWriter {
  private static final int VERSION = 3;
  private static final int ALIGNMENT = 32;

  /** As many bytes a name may have that llama.cpp reads. */
  private static final int LONGEST_NAME = 63;

  private GgufWriter() {}

  /**
   * A tensor that is to be written.
   *
   * @param dtype the type it is written as
   * @param shape its shape
   * @param content what gives its numbers, of any type that weights have; copies are made in the
   *     arena, which is closed once the tensor is written
   */
  public record Entry(DType dtype, Shape shape, Function<Arena, Tensor> content) {
    /** Checks that rows are whole blocks. */
    public Entry {
      if (shape.rank() > 0 && shape.size(shape.rank() - 1) % dtype.blockElements() != 0) {
        throw new IllegalArgumentException(
            "rows of a tensor %s are whole blocks of %d elements, found %s"
                .formatted(dtype, dtype.blockElements(), shape));
      }
    }

    private long bytes() {
      return dtype.bytes(shape.elements());
    }
  }

  /**
   * Writes a file.
   *
   * @param metadata its metadata
   * @param tensors its tensors, by the names the file gives them
   * @param listener is told how far it is, now and then
   * @throws CheckpointException if it cannot be written; nothing new is left behind then
   * @throws IllegalArgumentException if a tensor cannot be in such a file
   */
  public static void write(
      Path file,
      GgufPairs metadata,
      SequencedMap<String, Entry> tensors,
      HuggingFaceFolder.Listener listener) {
    byte[] header = header(metadata, tensors);
    long all = tensors.values().stream().mapToLong(Entry::bytes).sum();
    AtomicLong done = new AtomicLong();
    AtomicOutput.write(
        file,
        channel -> {
          AtomicOutput.writeFully(channel, ByteBuffer.wrap(header));
          TensorBytes bytes =
              new TensorBytes(channel, count -> listener.written(done.addAndGet(count), all));
          for (Map.Entry<String, Entry> entry : tensors.entrySet()) {
            write(bytes, entry.getKey(), entry.getValue());
            pad(channel, entry.getValue().bytes());
          }
        });
  }

  private static void write(TensorBytes bytes, String name, Entry entry) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      Tensor tensor = entry.content().apply(arena);
      if (!tensor.shape().equals(entry.shape())) {
        throw new IllegalArgumentException(
            "tensor %s: expected %s, found %s".formatted(name, entry.shape(), tensor.shape()));
      }
      bytes.write(name, tensor, entry.dtype());
    }
  }

  private static byte[] header(GgufPairs metadata, SequencedMap<String, Entry> tensors) {
    ByteArrayOutputStream header = new ByteArrayOutputStream();
    ByteBuffer begin = little(2 * Integer.BYTES + 2 * Long.BYTES);
    begin.putInt(GgufHeader.MAGIC).putInt(VERSION).putLong(tensors.size()).putLong(metadata.size());
    header.writeBytes(begin.array());
    metadata.writeTo(header);
    long at = 0;
    for (Map.Entry<String, Entry> tensor : tensors.entrySet()) {
      String name = tensor.getKey();
      if (name.getBytes(StandardCharsets.UTF_8).length > LONGEST_NAME) {
        throw new IllegalArgumentException(
            "tensor %s: expected a name of at most %d bytes".formatted(name, LONGEST_NAME));
      }
      Shape shape = tensor.getValue().shape();
      int rank = shape.rank();
      header.writeBytes(GgufPairs.text(name));
      ByteBuffer entry = little(2 * Integer.BYTES + (rank + 1) * Long.BYTES).putInt(rank);
      for (int i = rank - 1; i >= 0; i--) {
        entry.putLong(shape.size(i));
      }
      entry.putInt(GgufTypes.number(tensor.getValue().dtype())).putLong(at);
      header.writeBytes(entry.array());
      at = Math.addExact(at, padded(tensor.getValue().bytes()));
    }
    header.writeBytes(new byte[(int) (padded(header.size()) - header.size())]);
    return header.toByteArray();
  }

  private static void pad(FileChannel channel, long bytes) throws IOException {
    AtomicOutput.writeFully(channel, ByteBuffer.allocate((int) (padded(bytes) - bytes)));
  }

  private static long padded(long bytes) {
    return Math.addExact(bytes, ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }

  private static ByteBuffer little(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
