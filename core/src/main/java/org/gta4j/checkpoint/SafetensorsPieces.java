package org.gta4j.checkpoint;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import org.gta4j.tensor.DType;
import org.gta4j.tensor.Shape;

/**
 * A safetensors file whose tensors are computed piece by piece, in any order, and need not be in
 * memory as a whole; written whole or not at all.
 */
public final class SafetensorsPieces {
  /** What computes the tensors. */
  @FunctionalInterface
  public interface Content {
    /** Puts every element of every tensor. */
    void putTo(SafetensorsPieces file) throws IOException;
  }

  private final FileChannel channel;
  private final DType dtype;
  private final ByteBuffer buffer = ByteBuffer.allocate(SafetensorsWriter.BUFFER_BYTES);
  private final Map<String, Long> begins = new HashMap<>();
  private long missing;

  private SafetensorsPieces(FileChannel channel, DType dtype) {
    this.channel = channel;
    this.dtype = dtype;
  }

  /**
   * Writes a file.
   *
   * @param dtype the type of all tensors
   * @param tensors names and shapes
   * @throws CheckpointException if the file cannot be written
   */
  public static void write(
      Path file, DType dtype, SequencedMap<String, Shape> tensors, Content content) {
    SequencedMap<String, SafetensorsWriter.Declared> declared = new LinkedHashMap<>();
    tensors.forEach(
        (name, shape) -> declared.put(name, new SafetensorsWriter.Declared(dtype, shape)));
    AtomicOutput.write(
        file,
        channel -> {
          SafetensorsPieces pieces = new SafetensorsPieces(channel, dtype);
          byte[] header = SafetensorsWriter.header(declared);
          AtomicOutput.writeFully(channel, ByteBuffer.wrap(header));
          long at = header.length;
          for (Map.Entry<String, SafetensorsWriter.Declared> entry : declared.entrySet()) {
            pieces.begins.put(entry.getKey(), at);
            at += entry.getValue().bytes();
          }
          pieces.missing = at - header.length;
          content.putTo(pieces);
          if (pieces.missing != 0) {
            throw new IllegalStateException(
                "%s: %d bytes of the tensors were not computed".formatted(file, pieces.missing));
          }
        });
  }

  /**
   * Writes elements of a tensor; each element once.
   *
   * @param tensor its name
   * @param element the number of the first element
   * @param elements their bytes
   */
  public void put(String tensor, long element, MemorySegment elements) throws IOException {
    Long begin = begins.get(tensor);
    if (begin == null) {
      throw new IllegalArgumentException("the tensor " + tensor + " is not declared");
    }
    long at = begin + dtype.bytes(element);
    SafetensorsWriter.copy(channel.position(at), buffer, elements, bytes -> {});
    missing -= elements.byteSize();
  }
}
