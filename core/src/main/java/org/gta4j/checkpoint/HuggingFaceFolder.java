package org.gta4j.checkpoint;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeSet;
import org.gta4j.tensor.DType;
import org.gta4j.tensor.Tensor;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A folder as Hugging Face's libraries write it: {@code config.json}, and {@code model.safetensors}
 * or several files with {@code model.safetensors.index.json}.
 */
public final class HuggingFaceFolder {
  private static final String CONFIG = "config.json";
  private static final String SINGLE = "model.safetensors";
  private static final String INDEX = "model.safetensors.index.json";
  private static final String TOKENIZER = "tokenizer.json";

  private HuggingFaceFolder() {}

  static Checkpoint open(Path folder, Arena arena) {
    Path config = folder.resolve(CONFIG);
    if (!Files.exists(config)) {
      throw new CheckpointException(
          folder + ": expected a folder with a %s, found none".formatted(CONFIG));
    }
    SequencedMap<String, Tensor> tensors;
    if (Files.exists(folder.resolve(SINGLE))) {
      tensors = SafetensorsReader.read(folder.resolve(SINGLE), arena);
    } else if (Files.exists(folder.resolve(INDEX))) {
      tensors = sharded(folder, arena);
    } else {
      throw new CheckpointException(
          folder + ": expected a folder with a %s or a %s, found neither".formatted(SINGLE, INDEX));
    }
    return new Checkpoint(
        name(folder),
        ConfigFile.read(config),
        new Weights(folder.toString(), tensors),
        tokenizer(folder),
        arena);
  }

  static Checkpoint openFile(Path file, Arena arena) {
    Path folder = Optional.ofNullable(file.toAbsolutePath().getParent()).orElse(file);
    Path config = folder.resolve(CONFIG);
    if (!Files.exists(config)) {
      throw new CheckpointException(
          file + ": expected a %s beside it, found none".formatted(CONFIG));
    }
    return new Checkpoint(
        name(file),
        ConfigFile.read(config),
        new Weights(file.toString(), SafetensorsReader.read(file, arena)),
        tokenizer(folder),
        arena);
  }

  private static String name(Path path) {
    return String.valueOf(path.toAbsolutePath().normalize().getFileName());
  }

  private static Optional<Path> tokenizer(Path folder) {
    return Optional.of(folder.resolve(TOKENIZER)).filter(Files::exists);
  }

  private static SequencedMap<String, Tensor> sharded(Path folder, Arena arena) {
    Path index = folder.resolve(INDEX);
    JsonNode map = Json.readObject(index).path("weight_map");
    if (!map.isObject()) {
      throw CheckpointException.of(
          index.toString(), "weight_map", "an object from tensor names to files", map);
    }
    Map<String, SequencedMap<String, Tensor>> shards = new LinkedHashMap<>();
    SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : map.properties()) {
      String file = entry.getValue().isString() ? entry.getValue().stringValue() : "";
      // A shard is a plain name in this folder: an index must not reach other files.
      if (file.isEmpty()
          || !file.equals(String.valueOf(Path.of(file.replace("\0", "/")).getFileName()))) {
        throw CheckpointException.of(
            index.toString(),
            "weight_map." + entry.getKey(),
            "the name of a file in this folder",
            entry.getValue());
      }
      SequencedMap<String, Tensor> shard =
          shards.computeIfAbsent(file, name -> SafetensorsReader.read(folder.resolve(name), arena));
      Tensor tensor = shard.get(entry.getKey());
      if (tensor == null) {
        throw CheckpointException.of(
            folder.resolve(file).toString(),
            "tensor " + entry.getKey(),
            "to be here, as " + INDEX + " says",
            "no such tensor");
      }
      tensors.put(entry.getKey(), tensor);
    }
    return tensors;
  }

  /**
   * Writes a folder: the tensors as {@code dtype}, in files of at most {@code shardBytes} bytes of
   * tensors (one tensor at least), and the configuration. Whatever is written appears whole; the
   * configuration comes last, so that a folder that could not be finished is not mistaken for a
   * model.
   *
   * @return bytes of the tensors written
   * @throws CheckpointException if something cannot be written
   */
  public static long write(
      Path folder,
      ObjectNode config,
      SequencedMap<String, Tensor> tensors,
      DType dtype,
      long shardBytes) {
    boolean created = createFolder(folder);
    Set<Path> written = new TreeSet<>();
    try {
      long bytes = writeTensors(folder, tensors, dtype, shardBytes, written);
      ObjectNode copy = config.deepCopy();
      copy.put(copy.has("torch_dtype") ? "torch_dtype" : "dtype", torchName(dtype));
      writeJson(folder.resolve(CONFIG), copy, written);
      return bytes;
    } catch (RuntimeException | Error e) {
      remove(written, created ? Optional.of(folder) : Optional.empty());
      throw e;
    }
  }

  private static boolean createFolder(Path folder) {
    if (Files.isDirectory(folder)) {
      try (var files = Files.newDirectoryStream(folder)) {
        if (files.iterator().hasNext()) {
          throw new CheckpointException(
              folder + ": expected a new or empty folder, found files in it");
        }
      } catch (IOException e) {
        throw MappedFile.unreadable(folder, e);
      }
      return false;
    }
    try {
      Files.createDirectories(folder);
      return true;
    } catch (IOException e) {
      throw new CheckpointException(folder + ": this folder cannot be made: " + e.getMessage(), e);
    }
  }

  private static long writeTensors(
      Path folder,
      SequencedMap<String, Tensor> tensors,
      DType dtype,
      long shardBytes,
      Set<Path> written) {
    var shards = shards(tensors, dtype, shardBytes);
    ObjectNode index = Json.object();
    ObjectNode map = Json.object();
    long total = 0;
    for (int i = 0; i < shards.size(); i++) {
      String name =
          shards.size() == 1
              ? SINGLE
              : "model-%05d-of-%05d.safetensors".formatted(i + 1, shards.size());
      SafetensorsWriter.write(folder.resolve(name), shards.get(i), dtype);
      written.add(folder.resolve(name));
      for (Map.Entry<String, Tensor> entry : shards.get(i).entrySet()) {
        map.put(entry.getKey(), name);
        total += SafetensorsWriter.bytesAs(entry.getValue(), dtype);
      }
    }
    if (shards.size() > 1) {
      index.putObject("metadata").put("total_size", total);
      index.set("weight_map", map);
      writeJson(folder.resolve(INDEX), index, written);
    }
    return total;
  }

  private static List<SequencedMap<String, Tensor>> shards(
      SequencedMap<String, Tensor> tensors, DType dtype, long shardBytes) {
    List<SequencedMap<String, Tensor>> shards = new ArrayList<>();
    SequencedMap<String, Tensor> shard = new LinkedHashMap<>();
    long size = 0;
    for (Map.Entry<String, Tensor> entry : tensors.entrySet()) {
      long bytes = SafetensorsWriter.bytesAs(entry.getValue(), dtype);
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

  private static void writeJson(Path file, ObjectNode json, Set<Path> written) {
    AtomicOutput.write(
        file, channel -> AtomicOutput.writeFully(channel, ByteBuffer.wrap(Json.toBytes(json))));
    written.add(file);
  }

  /** Takes back what was written of a folder that cannot be finished. */
  private static void remove(Set<Path> written, Optional<Path> folder) {
    try {
      for (Path file : written) {
        Files.deleteIfExists(file);
      }
      if (folder.isPresent()) {
        Files.deleteIfExists(folder.get());
      }
    } catch (IOException e) {
      // What made the writing fail is reported; it may well be what keeps the rest from being
      // removed.
    }
  }

  private static String torchName(DType dtype) {
    return switch (dtype) {
      case F16 -> "float16";
      case BF16 -> "bfloat16";
      default -> "float32";
    };
  }
}
