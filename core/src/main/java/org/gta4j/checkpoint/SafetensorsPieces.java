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
  private final TensorBytes bytes;
  private final Map<String, Place> places = new HashMap<>();

  /** Where a tensor goes, and how much of it is still to come. */
  private static final class Place {
    private final long begin;
    private final long bytes;
    private long missing;

    Place(long begin, long bytes) {
      this.begin = begin;
      this.bytes = bytes;
      missing = bytes;
    }
  }

  private SafetensorsPieces(FileChannel channel, DType dtype) {
    this.channel = channel;
    this.dtype = dtype;
    bytes = new TensorBytes(channel, count -> {});
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
    SequencedMap<String, BlockTensors.Stored> declared = new LinkedHashMap<>();
    tensors.forEach((name, shape) -> declared.put(name, new BlockTensors.Stored(dtype, shape)));
    AtomicOutput.write(
        file,
        channel -> {
          channel.position(0); // A pipe has no places, and says so before anything is written.
          SafetensorsPieces pieces = new SafetensorsPieces(channel, dtype);
          byte[] header = SafetensorsWriter.header(declared);
          AtomicOutput.writeFully(channel, ByteBuffer.wrap(header));
          long at = header.length;
          for (Map.Entry<String, BlockTensors.Stored> entry : declared.entrySet()) {
            long bytes = entry.getValue().bytes();
            pieces.places.put(entry.getKey(), new Place(at, bytes));
            at += bytes;
          }
          content.putTo(pieces);
          pieces.places.forEach((name, place) -> {
            if (place.missing != 0) {
              throw new IllegalStateException(
                  "%s: %d bytes of tensor %s were not computed"
                      .formatted(file, place.missing, name));
            }
          });
        });
  }

  /**
   * Writes elements of a tensor; each element once.
   *
   * @param tensor its name
   * @param element the number of the first element
   * @param elements their bytes
   * @throws IllegalArgumentException if the tensor was not declared, or has no such elements left
   */
  public void put(String tensor, long element, MemorySegment elements) throws IOException {
    Place place = places.get(tensor);
    if (place == null) {
      throw new IllegalArgumentException("the tensor " + tensor + " is not declared");
    }
    long at = dtype.bytes(element);
    long size = elements.byteSize();
    if (at < 0 || at > place.bytes - size || size > place.missing) {
      throw new IllegalArgumentException(
          "tensor %s: expected pieces of %d bytes in all, found %d bytes from byte %d on with %d still to come"
              .formatted(tensor, place.bytes, size, at, place.missing));
    }
    channel.position(place.begin + at);
    bytes.copy(elements);
    place.missing -= size;
  }
}
