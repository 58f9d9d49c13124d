package org.gta4j.checkpoint;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.concurrent.atomic.AtomicLong;
import org.gta4j.tensor.DType;
import org.gta4j.tensor.Tensor;
import tools.jackson.databind.node.ObjectNode;

/** Writes what {@link HuggingFaceFolder} reads. */
final class FolderWriter {
  private FolderWriter() {}

  /** {@link HuggingFaceFolder#write}. */
  static long write(
      Path folder,
      ObjectNode config,
      SequencedMap<String, Tensor> tensors,
      TensorTypes types,
      long shardBytes,
      Map<String, byte[]> others,
      HuggingFaceFolder.Listener listener) {
    SequencedMap<String, DType> written = new LinkedHashMap<>();
    tensors.forEach((name, tensor) -> written.put(name, types.typeOf(name, tensor)));
    Deque<Path> made = new ArrayDeque<>();
    try {
      createFolder(folder, made);
      long bytes = writeTensors(folder, tensors, types, shardBytes, made, listener);
      for (Map.Entry<String, byte[]> other : others.entrySet()) {
        writeBytes(folder.resolve(other.getKey()), other.getValue(), made);
      }
      ObjectNode finished = config.deepCopy();
      putType(finished, torchName(mainType(tensors, written)));
      BlockTensors.describe(finished, written);
      writeBytes(folder.resolve(HuggingFaceFolder.CONFIG), Json.toBytes(finished), made);
      made.forEach(UnfinishedFiles::finished);
      return bytes;
    } catch (RuntimeException | Error e) {
      made.forEach(UnfinishedFiles::delete);
      throw e;
    }
  }

  /** The type of most of the numbers. */
  private static DType mainType(
      SequencedMap<String, Tensor> tensors, SequencedMap<String, DType> written) {
    Map<DType, Long> elements = new EnumMap<>(DType.class);
    tensors.forEach((name, tensor) ->
        elements.merge(
            written.getOrDefault(name, tensor.dtype()), tensor.shape().elements(), Long::sum));
    return elements.entrySet().stream()
        .max(Map.Entry.comparingByValue())
        .map(Map.Entry::getKey)
        .orElse(DType.F32);
  }

  /** Says the type under whichever of the key's two names the configuration has. */
  private static void putType(ObjectNode config, String type) {
    if (config.has("torch_dtype")) {
      config.put("torch_dtype", type);
    }
    if (config.has("dtype") || !config.has("torch_dtype")) {
      config.put("dtype", type);
    }
  }

  /**
   * Makes the folder and what is missing above it, and puts what it made first into {@code made}.
   */
  private static void createFolder(Path folder, Deque<Path> made) {
    if (Files.isDirectory(folder)) {
      TemporaryOutput.clearIn(folder);
      try (var files = Files.newDirectoryStream(folder)) {
        for (Path file : files) {
          throw new CheckpointException(
              "%s: expected a new or empty folder, found %s in it"
                  .formatted(folder, file.getFileName()));
        }
      } catch (IOException e) {
        throw InputFile.unreadable(folder, e);
      }
      return;
    }
    Path parent = folder.toAbsolutePath().getParent();
    if (parent != null && !Files.isDirectory(parent)) {
      createFolder(parent, made);
    }
    try {
      Files.createDirectory(folder);
      note(folder, made);
    } catch (FileAlreadyExistsException e) {
      if (!Files.isDirectory(folder)) {
        throw new CheckpointException(
            folder + ": this folder cannot be made: a file has its name", e);
      }
    } catch (IOException e) {
      throw new CheckpointException(
          "%s: this folder cannot be made: %s".formatted(folder, InputFile.reason(e)), e);
    }
  }

  private static long writeTensors(
      Path folder,
      SequencedMap<String, Tensor> tensors,
      TensorTypes types,
      long shardBytes,
      Deque<Path> made,
      HuggingFaceFolder.Listener listener) {
    long all =
        tensors.entrySet().stream()
            .mapToLong(entry -> bytes(entry.getKey(), entry.getValue(), types))
            .sum();
    AtomicLong done = new AtomicLong();
    var shards = shards(tensors, types, shardBytes);
    ObjectNode index = Json.object();
    ObjectNode map = Json.object();
    for (int i = 0; i < shards.size(); i++) {
      String name =
          shards.size() == 1
              ? HuggingFaceFolder.SINGLE
              : String.format(Locale.ROOT, "model-%05d-of-%05d.safetensors", i + 1, shards.size());
      note(folder.resolve(name), made);
      SafetensorsWriter.write(
          folder.resolve(name),
          shards.get(i),
          types,
          bytes -> listener.written(done.addAndGet(bytes), all));
      for (Map.Entry<String, Tensor> entry : shards.get(i).entrySet()) {
        map.put(entry.getKey(), name);
      }
    }
    if (shards.size() > 1) {
      index.putObject("metadata").put("total_size", all);
      index.set("weight_map", map);
      writeBytes(folder.resolve(HuggingFaceFolder.INDEX), Json.toBytes(index), made);
    }
    return all;
  }

  private static List<SequencedMap<String, Tensor>> shards(
      SequencedMap<String, Tensor> tensors, TensorTypes types, long shardBytes) {
    List<SequencedMap<String, Tensor>> shards = new ArrayList<>();
    SequencedMap<String, Tensor> shard = new LinkedHashMap<>();
    long size = 0;
    for (Map.Entry<String, Tensor> entry : tensors.entrySet()) {
      long bytes = bytes(entry.getKey(), entry.getValue(), types);
      if (!shard.isEmpty() && size + bytes > shardBytes) {
        shards.add(shard);
        shard = new LinkedHashMap<>();
        size = 0;
      }
      shard.put(entry.getKey(), entry.getValue());
      size += bytes;
    }
    shards.add(shard);
    return shards;
  }

  private static long bytes(String name, Tensor tensor, TensorTypes types) {
    return BlockTensors.Stored.of(name, tensor, types.typeOf(name, tensor)).bytes();
  }

  private static void writeBytes(Path file, byte[] bytes, Deque<Path> made) {
    note(file, made);
    AtomicOutput.write(file, bytes);
  }

  /** Remembers what is taken away again, the last first, if the folder cannot be finished. */
  private static void note(Path path, Deque<Path> made) {
    made.addFirst(path);
    UnfinishedFiles.add(path);
  }

  private static String torchName(DType dtype) {
    return switch (dtype) {
      case F16 -> "float16";
      case BF16 -> "bfloat16";
      case F64 -> "float64";
      default -> "float32";
    };
  }
}
