package org.gta4j.tokenizer;

import java.nio.file.Path;
import java.util.Optional;
import org.gta4j.checkpoint.CheckpointException;
import org.gta4j.checkpoint.GgufMetadata;

/** Finds the tokenizer that belongs to a model. */
public final class Tokenizers {
  private Tokenizers() {}

  /**
   * The tokenizer of the vocabulary in a GGUF file; empty where the file says that it has none.
   *
   * @throws CheckpointException if the vocabulary is damaged, or of a kind that is not known
   *     exactly: a guess would give other ids than the model was trained on
   */
  public static Optional<Tokenizer> of(GgufMetadata metadata) {
    return GgufTokenizer.of(metadata);
  }

  /**
   * The tokenizer in a file: Hugging Face's {@code tokenizer.json}, SentencePiece's {@code .model},
   * or llama2.c's {@code .bin}. What prompts begin with is read from the {@code
   * tokenizer_config.json} beside it.
   *
   * @param vocabularySize how many tokens the model has
   * @throws CheckpointException if the file is damaged or of a kind that is not known
   */
  public static Tokenizer read(Path file, int vocabularySize) {
    String name = String.valueOf(file.getFileName());
    Tokenizer tokenizer;
    if (name.endsWith(".bin")) {
      tokenizer = Llama2cTokenizer.read(file, vocabularySize);
    } else if (name.endsWith(".model")) {
      boolean addsBegin = TokenizerConfig.beside(file).addsBegin().orElse(true);
      tokenizer = SentencePieceFile.read(file, addsBegin);
    } else {
      tokenizer = TokenizerJson.read(file, TokenizerConfig.beside(file));
    }
    requireFit(file.toString(), tokenizer, vocabularySize);
    return tokenizer;
  }

  /**
   * Refuses a tokenizer with more tokens than its model: the model has no embeddings for the rest.
   *
   * @param file names the tokenizer in errors
   */
  public static void requireFit(String file, Tokenizer tokenizer, int vocabularySize) {
    if (tokenizer.size() > vocabularySize) {
      throw CheckpointException.of(
          file,
          "tokens",
          "at most %d, as the model's vocabulary has".formatted(vocabularySize),
          tokenizer.size());
    }
  }
}
