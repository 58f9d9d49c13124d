package org.gta4j.checkpoint;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A model on disk, mapped: its configuration and its tensors under Hugging Face's names, whatever
 * format they lie in. Closing it unmaps the tensors; closing it again does nothing.
 *
 * @param name what people call it: the path's last part
 * @param config the configuration, under Hugging Face's keys
 * @param weights the tensors
 * @param tokenizerFile where the tokenizer is that belongs to it, if it was found
 * @param metadata all that a GGUF file says, its tokenizer too; empty for other formats
 * @param arena what keeps the files mapped
 */
public record Checkpoint(
    String name,
    ConfigFile config,
    Weights weights,
    Optional<Path> tokenizerFile,
    Optional<GgufMetadata> metadata,
    Arena arena)
    implements AutoCloseable {

  /** A model whose format has no metadata of its own. */
  public Checkpoint(
      String name, ConfigFile config, Weights weights, Optional<Path> tokenizerFile, Arena arena) {
    this(name, config, weights, tokenizerFile, Optional.empty(), arena);
  }

  /**
   * Opens a Hugging Face folder, a {@code .safetensors} file with its {@code config.json} beside
   * it, a GGUF file, or a llama2.c {@code .bin} file. A GGUF file is told by its first bytes too,
   * whatever its name is.
   *
   * @throws CheckpointException if there is nothing, or it is none of these, or it is damaged
   */
  @SuppressWarnings("MustBeClosedChecker") // the checkpoint owns the arena
  public static Checkpoint open(Path path) {
    if (Files.notExists(path)) {
      throw new CheckpointException(path + ": there is no such file or folder");
    }
    Arena arena = Arena.ofShared();
    try {
      if (Files.isDirectory(path)) {
        return HuggingFaceFolder.open(path, arena);
      }
      String name = String.valueOf(path.getFileName());
      if (name.endsWith(".gguf") || GgufFile.isGguf(path)) {
        return GgufFile.open(path, arena);
      }
      if (name.endsWith(".safetensors")) {
        return HuggingFaceFolder.openFile(path, arena);
      }
      if (name.endsWith(".bin")) {
        return Llama2cFile.open(path, arena);
      }
    } catch (RuntimeException | Error e) {
      arena.close();
      throw e;
    }
    arena.close();
    throw CheckpointException.of(
        path.toString(),
        "name",
        "a folder, a .gguf file, a .safetensors file or a llama2.c .bin file",
        path.getFileName());
  }

  /** Whether a file begins as a GGUF file does, whatever its name is. */
  public static boolean isGguf(Path file) {
    return GgufFile.isGguf(file);
  }

  /**
   * A llama2.c model in memory.
   *
   * @param name what to call it in errors
   * @param file the file's bytes, valid until {@code arena} is closed
   */
  public static Checkpoint ofLlama2c(String name, MemorySegment file, Arena arena) {
    return Llama2cFile.read(name, file, arena);
  }

  /**
   * A GGUF file in memory.
   *
   * @param name what to call it in errors
   * @param file the file's bytes, valid until {@code arena} is closed
   */
  public static Checkpoint ofGguf(String name, MemorySegment file, Arena arena) {
    return GgufFile.read(name, file, arena);
  }

  /** Unmaps the tensors: nothing that was made from them may be used any more. */
  @Override
  public void close() {
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }
}
