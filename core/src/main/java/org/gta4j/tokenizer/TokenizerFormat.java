package org.gta4j.tokenizer;

import java.nio.file.Path;

/**
 * Reads {@code tokenizer.json}. The library that does so is large and native, so it is found with
 * {@link java.util.ServiceLoader} when a model needs it.
 */
public interface TokenizerFormat {
  /**
   * Reads a file.
   *
   * @param config what lies beside it
   * @throws org.gta4j.checkpoint.CheckpointException if it cannot be used, with the file, the
   *     field, what was expected and found
   */
  Tokenizer read(Path file, TokenizerConfig config);
}
