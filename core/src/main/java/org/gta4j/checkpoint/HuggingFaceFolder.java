package org.gta4j.checkpoint;

import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
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
  static final String CONFIG = "config.json";
  private static final String GENERATION = "generation_config.json";
  private static final String END_IDS = "eos_token_id";
  static final String SINGLE = "model.safetensors";
  static final String INDEX = "model.safetensors.index.json";
  private static final String TOKENIZER = "tokenizer.json";
  private static final String SENTENCE_PIECE = "tokenizer.model";

  /** llama2.c's kind, which stays with a model that was converted from there. */
  public static final String LLAMA2C_TOKENIZER = "tokenizer.bin";

  private HuggingFaceFolder() {}

  /** Whether a folder has weights, in one file or in several. */
  public static boolean hasWeights(Path folder) {
    return Files.exists(folder.resolve(SINGLE)) || Files.exists(folder.resolve(INDEX));
  }

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
    return checkpoint(name(folder), config, folder, tensors, folder, arena);
  }

  private static Checkpoint checkpoint(
      String name,
      ConfigFile config,
      Path file,
      SequencedMap<String, Tensor> tensors,
      Path folder,
      Arena arena) {
    return new Checkpoint(
        name,
        BlockTensors.without(config),
        new Weights(file.toString(), BlockTensors.read(config, tensors)),
        tokenizer(folder),
        arena);
  }

  private static String others(Path folder) {
    return Files.exists(folder.resolve("pytorch_model.bin"))
        ? "pytorch_model.bin, whose format can run code: save it as safetensors first"
        : "neither";
  }

  static Checkpoint openFile(Path file, Arena arena) {
    Path folder = Optional.ofNullable(file.toAbsolutePath().getParent()).orElse(file);
    ConfigFile config = config(file, folder);
    return checkpoint(name(file), config, file, SafetensorsReader.read(file, arena), folder, arena);
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
    ConfigFile read = ConfigFile.of(config.toString(), json);
    BlockTensors.requireOurs(read);
    return read;
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
        folder, config, tensors, TensorTypes.all(dtype), shardBytes, Map.of(), (bytes, all) -> {});
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
   * @param types the types they are written as
   * @param shardBytes bytes of tensors a file may have; it has one tensor at least
   * @param others other files' contents by their names, such as the tokenizer's
   * @param listener is told how far it is, now and then
   * @return bytes of the tensors written
   * @throws CheckpointException if something cannot be written
   * @throws IllegalArgumentException if a type is one of blocks other than Q8_0 and Q4_0
   */
  public static long write(
      Path folder,
      ObjectNode config,
      SequencedMap<String, Tensor> tensors,
      TensorTypes types,
      long shardBytes,
      Map<String, byte[]> others,
      Listener listener) {
    return FolderWriter.write(folder, config, tensors, types, shardBytes, others, listener);
  }
}
