package org.gta4j.checkpoint;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import org.gta4j.tensor.DType;
import org.gta4j.tensor.Shape;
import org.gta4j.tensor.Tensor;

/**
 * A GGUF file of a Llama, Mistral, Qwen2 or Qwen3, or of our own kind ({@link GgufOwn}): its
 * tensors, as they lie in the file, under Hugging Face's names, and its metadata under Hugging
 * Face's keys. What a model of these has no use for is refused: it would compute something else
 * than its makers meant.
 *
 * @see <a href="https://github.com/ggml-org/ggml/blob/master/docs/gguf.md">the format</a>
 */
final class GgufFile {
  private final String file;
  private final MemorySegment memory;
  private final GgufHeader header;
  private final SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();

  private GgufFile(String file, MemorySegment memory) {
    this.file = file;
    this.memory = memory;
    header = GgufHeader.read(file, memory);
  }

  /** Whether a file begins as a GGUF file does. */
  static boolean isGguf(Path path) {
    if (!Files.isRegularFile(path)) {
      return false; // opening a pipe would wait for its writer
    }
    try (FileChannel channel = FileChannel.open(path)) {
      ByteBuffer begin = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      return channel.read(begin) == Integer.BYTES && begin.getInt(0) == GgufHeader.MAGIC;
    } catch (IOException e) {
      return false; // whoever reads it says why it cannot be read
    }
  }

  static Checkpoint open(Path path, Arena arena) {
    String file = path.toString();
    try (InputFile input = InputFile.open(path)) {
      if (input.size() == 0) {
        throw CheckpointException.of(file, "size", "a GGUF file", "0 bytes");
      }
      return new GgufFile(file, input.map(0, input.size(), arena))
          .checkpoint(String.valueOf(path.getFileName()), arena);
    }
  }

  /** The model in a file's bytes. */
  static Checkpoint read(String name, MemorySegment bytes, Arena arena) {
    return new GgufFile(name, bytes).checkpoint(name, arena);
  }

  private Checkpoint checkpoint(String name, Arena arena) {
    GgufMetadata metadata = header.metadata();
    if (GgufOwn.is(metadata)) {
      ConfigFile own = GgufOwn.config(metadata);
      readTensors();
      return checkpoint(name, own, tensors, arena);
    }
    GgufConfig config = new GgufConfig(metadata);
    readTensors();
    ConfigFile keys = config.toHuggingFace(tensors);
    return checkpoint(name, keys, renamed(config), arena);
  }

  private Checkpoint checkpoint(
      String name, ConfigFile config, SequencedMap<String, Tensor> named, Arena arena) {
    return new Checkpoint(
        name,
        config,
        new Weights(file, named),
        Optional.empty(),
        Optional.of(header.metadata()),
        arena);
  }

  private void readTensors() {
    header.tensors().forEach((name, entry) -> tensors.put(name, tensor(name, entry)));
  }

  private Tensor tensor(String name, GgufHeader.Entry entry) {
    String field = "tensor " + name;
    DType dtype =
        GgufTypes.of(entry.type())
            .orElseThrow(() ->
                CheckpointException.of(
                    file, field, GgufTypes.READABLE, GgufTypes.name(entry.type())));
    List<Long> dimensions = entry.dimensions().reversed();
    long row = dimensions.isEmpty() ? 1 : dimensions.getLast();
    if (row % dtype.blockElements() != 0) {
      throw CheckpointException.of(
          file,
          field,
          "rows that are whole blocks of %d numbers in %s".formatted(dtype.blockElements(), dtype),
          "rows of " + row);
    }
    Shape shape;
    long bytes;
    try {
      shape = Shape.of(dimensions.stream().mapToLong(Long::longValue).toArray());
      bytes = dtype.bytes(shape.elements());
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw CheckpointException.of(file, field, "fewer than 2^63 bytes", dimensions);
    }
    long left = memory.byteSize() - header.dataBegin();
    if (entry.offset() > left || bytes > left - entry.offset()) {
      throw CheckpointException.of(
          file,
          field,
          "%d bytes for %s %s, %d bytes behind the header"
              .formatted(bytes, dtype, shape, entry.offset()),
          "%d bytes behind the header in all".formatted(Math.max(0, left)));
    }
    return new Tensor(dtype, shape, memory.asSlice(header.dataBegin() + entry.offset(), bytes));
  }

  /**
   * The tensors under Hugging Face's names, with zeros for the biases that only some layers have.
   */
  private SequencedMap<String, Tensor> renamed(GgufConfig config) {
    SequencedMap<String, Tensor> renamed = new LinkedHashMap<>();
    tensors.forEach((name, tensor) -> {
      if (!name.equals(GgufNames.ROPE_FACTORS)) {
        String known =
            GgufNames.toHuggingFace(name)
                .orElseThrow(() ->
                    CheckpointException.of(
                        file,
                        "tensor " + name,
                        "a tensor of a %s model without experts".formatted(config.architecture()),
                        "one that such a model has no use for"));
        renamed.put(known, tensor);
      }
    });
    config
        .missingBiases(tensors)
        .forEach((name, outputs) ->
            renamed.put(
                GgufNames.toHuggingFace(name).orElseThrow(),
                Tensor.of(Shape.of(outputs), new float[outputs])));
    return renamed;
  }
}
