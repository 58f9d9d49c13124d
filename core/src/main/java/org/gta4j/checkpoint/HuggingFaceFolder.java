package org.gta4j.checkpoint;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.gta4j.tensor.DType;
import org.gta4j.tensor.Tensor;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A folder as Hugging Face's libraries write it: {@code config.json}, and {@code model.safetensors}
 * or several files with {@code model.safetensors.index.json}.
 */
public final class HuggingFaceFolder {
  private static final String CONFIG = "config.json";
  private static final String GENERATION = "generation_config.json";
  private static final String END_IDS = "eos_token_id";
  private static final String SINGLE = "model.safetensors";
  private static final String INDEX = "model.safetensors.index.json";
  private static final String TOKENIZER = "tokenizer.json";
  private static final String SENTENCE_PIECE = "tokenizer.model";

  /** llama2.c's kind, which stays with a model that was converted from there. */
  public static final String LLAMA2C_TOKENIZER = "tokenizer.bin";

  private HuggingFaceFolder() {}

  static Checkpoint open(Path folder, Arena arena) {
    ConfigFile config = config(folder, folder);
    SequencedMap<String, Tensor> tensors;
    if (Files.exists(folder.resolve(SINGLE))) {
      tensors = SafetensorsReader.read(folder.resolve(SINGLE), arena);
    } else if (Files.exists(folder.resolve(INDEX))) {
      tensors = sharded(folder, arena);
    } else {
      throw CheckpointException.of(
          folder.toString(), "files", "a %s or a %s".formatted(SINGLE, INDEX), others(folder));
    }
    return new Checkpoint(
        name(folder), config, new Weights(folder.toString(), tensors), tokenizer(folder), arena);
  }

  private static String others(Path folder) {
    return Files.exists(folder.resolve("pytorch_model.bin"))
        ? "pytorch_model.bin, whose format can run code: save it as safetensors first"
        : "neither";
  }

  static Checkpoint openFile(Path file, Arena arena) {
    Path folder = Optional.ofNullable(file.toAbsolutePath().getParent()).orElse(file);
    ConfigFile config = config(file, folder);
    return new Checkpoint(
        name(file),
        config,
        new Weights(file.toString(), SafetensorsReader.read(file, arena)),
        tokenizer(folder),
        arena);
  }

  /** Reads the configuration first: it is small, and says what the rest must be. */
  private static ConfigFile config(Path model, Path folder) {
    Path config = folder.resolve(CONFIG);
    // A folder that may not be searched says neither that it is there nor that it is not.
    if (Files.notExists(config)) {
      throw CheckpointException.of(
          model.toString(), "files", "a %s in %s".formatted(CONFIG, folder), "none");
    }
    ObjectNode json = Json.readObject(config);
    Path generation = folder.resolve(GENERATION);
    if (Files.exists(generation)) {
      mergeEnds(json, ConfigFile.read(generation));
    }
    return ConfigFile.of(config.toString(), json);
  }

  /**
   * Which tokens end a text is said in two files; chat models' own end of a turn mostly in the
   * second one.
   */
  private static void mergeEnds(ObjectNode json, ConfigFile generation) {
    Set<Integer> ends = new LinkedHashSet<>(ConfigFile.of(CONFIG, json).ids(END_IDS));
    if (ends.addAll(generation.ids(END_IDS))) {
      ArrayNode all = json.putArray(END_IDS);
      ends.forEach(all::add);
    }
  }

  private static String name(Path path) {
    return String.valueOf(path.toAbsolutePath().normalize().getFileName());
  }

  private static Optional<Path> tokenizer(Path folder) {
    return Stream.of(TOKENIZER, SENTENCE_PIECE, LLAMA2C_TOKENIZER)
        .map(folder::resolve)
        .filter(Files::exists)
        .findFirst();
  }

  private static SequencedMap<String, Tensor> sharded(Path folder, Arena arena) {
    Path index = folder.resolve(INDEX);
    Map<String, SequencedMap<String, Tensor>> shards = new LinkedHashMap<>();
    SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
    for (Map.Entry<String, Path> entry : weightMap(index).entrySet()) {
      Path file = entry.getValue();
      Tensor tensor =
          shards
              .computeIfAbsent(file.toString(), name -> SafetensorsReader.read(file, arena))
              .get(entry.getKey());
      if (tensor == null) {
        throw CheckpointException.of(
            file.toString(),
            "tensor " + entry.getKey(),
            "to be here, as " + INDEX + " says",
            "no such tensor");
      }
      tensors.put(entry.getKey(), tensor);
    }
    return tensors;
  }

  /** The file of every tensor. */
  private static SequencedMap<String, Path> weightMap(Path index) {
    SequencedMap<String, Path> files = new LinkedHashMap<>();
    Map<Path, Path> distinct = new HashMap<>();
    Json.readFields(
        index.toString(),
        InputFile.readBytes(index, Json.MAX_FILE_BYTES),
        (key, value) -> {
          if (key.equals("weight_map")) {
            if (value.currentToken() != JsonToken.START_OBJECT) {
              throw CheckpointException.of(
                  index.toString(),
                  key,
                  "an object from tensor names to files",
                  Json.describe(value));
            }
            Json.readFields(
                value,
                (name, file) ->
                    files.put(
                        name, distinct.computeIfAbsent(shard(index, name, file), path -> path)));
          }
        });
    if (files.isEmpty()) {
      throw CheckpointException.of(
          index.toString(), "weight_map", "at least one tensor and its file", "none");
    }
    return files;
  }

  /** A shard is a plain name in the index's folder: an index must not reach other files. */
  private static Path shard(Path index, String tensor, JsonParser value) {
    String name = value.currentToken() == JsonToken.VALUE_STRING ? value.getString() : "";
    boolean plain =
        !name.isEmpty()
            && !name.equals(".")
            && !name.equals("..")
            && name.chars().noneMatch(c -> c == '/' || c == '\\' || c == '\0');
    if (plain) {
      try {
        return index.resolveSibling(name);
      } catch (InvalidPathException e) {
        // Said below: a name that this system cannot write.
      }
    }
    throw CheckpointException.of(
        index.toString(),
        "weight_map." + tensor,
        "the name of a file in this folder",
        Json.describe(value));
  }

  /**
   * Writes a folder: the tensors as {@code dtype}, in files of at most {@code shardBytes} bytes of
   * tensors (one tensor at least), and the configuration.
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
    return write(
        folder, config, tensors, Optional.of(dtype), shardBytes, Map.of(), (bytes, all) -> {});
  }

  /** Follows the writing of a folder. */
  @FunctionalInterface
  public interface Listener {
    /** {@code bytes} of the tensors' {@code all} bytes are written. */
    void written(long bytes, long all);
  }

  /**
   * Writes a folder. Whatever is written appears whole; the configuration comes last, so that a
   * folder that could not be finished is not mistaken for a model.
   *
   * @param folder a new or empty folder
   * @param config what becomes {@code config.json}
   * @param tensors the tensors
   * @param dtype the type they are written as; empty: each as it is, blocks as f32
   * @param shardBytes bytes of tensors a file may have; it has one tensor at least
   * @param others other files' contents by their names, such as the tokenizer's
   * @param listener is told how far it is, now and then
   * @return bytes of the tensors written
   * @throws CheckpointException if something cannot be written
   * @throws IllegalArgumentException if {@code dtype} is not f32, f16 or bf16
   */
  public static long write(
      Path folder,
      ObjectNode config,
      SequencedMap<String, Tensor> tensors,
      Optional<DType> dtype,
      long shardBytes,
      Map<String, byte[]> others,
      Listener listener) {
    dtype.ifPresent(SafetensorsWriter::requireRoundable);
    Deque<Path> made = new ArrayDeque<>();
    try {
      createFolder(folder, made);
      long bytes = writeTensors(folder, tensors, dtype, shardBytes, made, listener);
      for (Map.Entry<String, byte[]> other : others.entrySet()) {
        writeBytes(folder.resolve(other.getKey()), other.getValue(), made);
      }
      ObjectNode finished = config.deepCopy();
      if (dtype.isPresent() || !(finished.has("torch_dtype") || finished.has("dtype"))) {
        DType main = dtype.orElseGet(() -> new Weights(folder.toString(), tensors).mainType());
        putType(finished, torchName(main));
      }
      writeBytes(folder.resolve(CONFIG), Json.toBytes(finished), made);
      made.forEach(UnfinishedFiles::finished);
      return bytes;
    } catch (RuntimeException | Error e) {
      made.forEach(UnfinishedFiles::delete);
      throw e;
    }
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
      Optional<DType> dtype,
      long shardBytes,
      Deque<Path> made,
      Listener listener) {
    long all =
        tensors.values().stream()
            .mapToLong(tensor -> SafetensorsWriter.bytesAs(tensor, dtype))
            .sum();
    AtomicLong done = new AtomicLong();
    var shards = shards(tensors, dtype, shardBytes);
    ObjectNode index = Json.object();
    ObjectNode map = Json.object();
    for (int i = 0; i < shards.size(); i++) {
      String name =
          shards.size() == 1
              ? SINGLE
              : String.format(Locale.ROOT, "model-%05d-of-%05d.safetensors", i + 1, shards.size());
      note(folder.resolve(name), made);
      SafetensorsWriter.write(
          folder.resolve(name),
          shards.get(i),
          dtype,
          bytes -> listener.written(done.addAndGet(bytes), all));
      for (Map.Entry<String, Tensor> entry : shards.get(i).entrySet()) {
        map.put(entry.getKey(), name);
      }
    }
    if (shards.size() > 1) {
      index.putObject("metadata").put("total_size", all);
      index.set("weight_map", map);
      writeBytes(folder.resolve(INDEX), Json.toBytes(index), made);
    }
    return all;
  }

  private static List<SequencedMap<String, Tensor>> shards(
      SequencedMap<String, Tensor> tensors, Optional<DType> dtype, long shardBytes) {
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

  private static void writeBytes(Path file, byte[] bytes, Deque<Path> made) {
    note(file, made);
    AtomicOutput.write(file, channel -> AtomicOutput.writeFully(channel, ByteBuffer.wrap(bytes)));
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
