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
    return GgufTokenizer.of(metadata).map(tokenizer -> tokenizer);
  }

  /**
   * The same for a model with so many tokens.
   *
   * @throws CheckpointException also if the file has more
   */
  public static Optional<Tokenizer> of(GgufMetadata metadata, int vocabularySize) {
    return GgufTokenizer.of(metadata)
        .map(tokenizer -> fit(metadata.file(), tokenizer, vocabularySize));
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
    if (name.endsWith(".bin")) {
      return Llama2cTokenizer.read(file, vocabularySize);
    }
    return fit(file.toString(), vocabulary(file), vocabularySize);
  }

  /**
   * The same with as many tokens as its file has: for a model that is yet to be made.
   *
   * @throws CheckpointException if the file is damaged or of a kind that is not known
   */
  public static Tokenizer read(Path file) {
    return String.valueOf(file.getFileName()).endsWith(".bin")
        ? Llama2cTokenizer.read(file)
        : vocabulary(file);
  }

  private static VocabularyTokenizer vocabulary(Path file) {
    TokenizerConfig config = TokenizerConfig.beside(file);
    return String.valueOf(file.getFileName()).endsWith(".model")
        ? SentencePieceFile.read(file, config.addsBegin().orElse(true))
        : TokenizerJson.read(file, config);
  }

  /**
   * Refuses a tokenizer with more tokens than its model, which has no embeddings for the rest. Ids
   * that only the model has stand for no text: vocabularies are often rounded up.
   */
  static VocabularyTokenizer fit(String file, VocabularyTokenizer tokenizer, int vocabularySize) {
    if (tokenizer.size() > vocabularySize) {
      throw CheckpointException.of(
          file,
          "tokens",
          "at most %d, as the model's vocabulary has".formatted(vocabularySize),
          tokenizer.size());
    }
    return tokenizer.withSize(vocabularySize);
  }
}
