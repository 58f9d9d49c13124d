package org.gta4j.cli.training;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.gta4j.chat.ChatTemplates;
import org.gta4j.checkpoint.Checkpoint;
import org.gta4j.checkpoint.CheckpointException;
import org.gta4j.checkpoint.HuggingFaceFolder;
import org.gta4j.checkpoint.InputFile;
import org.gta4j.checkpoint.RotaryLayout;
import org.gta4j.cli.RefusedException;
import org.gta4j.generate.LanguageModel;
import org.gta4j.model.ModelConfig;
import org.gta4j.tokenizer.HuggingFaceVocabulary;
import org.gta4j.tokenizer.Tokenizer;

/**
 * A model that is to be trained further, as a Hugging Face folder would have it, whatever it comes
 * from.
 *
 * @param path where it is
 * @param checkpoint its tensors
 * @param config its sizes
 * @param words its tokenizer, and the files that go with the trained model
 * @param templates its chat templates, where it has any
 */
record BaseModel(
    Path path,
    Checkpoint checkpoint,
    ModelConfig config,
    TokenizerFiles words,
    Optional<ChatTemplates> templates)
    implements AutoCloseable {
  private static final long LARGEST_TOKENIZER = 256L << 20;

  /**
   * Opens a model.
   *
   * @throws CheckpointException if it is damaged, or none of ours
   * @throws RefusedException if it has no tokenizer that could go with the trained model
   */
  @SuppressWarnings("MustBeClosedChecker") // the caller closes it
  static BaseModel open(Path path) {
    Checkpoint opened = Checkpoint.open(path);
    try {
      Checkpoint checkpoint =
          RotaryLayout.isInterleavedLlama(opened.config()) ? RotaryLayout.toHalves(opened) : opened;
      ModelConfig config = ModelConfig.read(checkpoint.config());
      config.requireTensors(checkpoint.weights());
      Tokenizer tokenizer =
          LanguageModel.tokenizerOf(checkpoint)
              .orElseThrow(() ->
                  new RefusedException(
                      "%s has no tokenizer: expected tokenizer.json, tokenizer.model or tokenizer.bin beside its weights"
                          .formatted(path)));
      return new BaseModel(
          path,
          checkpoint,
          config,
          new TokenizerFiles(tokenizer, files(path, checkpoint)),
          LanguageModel.chatTemplatesOf(checkpoint, Optional.of(tokenizer)));
    } catch (RuntimeException | Error e) {
      opened.close();
      throw e;
    }
  }

  private static Map<String, byte[]> files(Path path, Checkpoint checkpoint) {
    if (checkpoint.metadata().isPresent()) {
      Map<String, byte[]> files = HuggingFaceVocabulary.of(checkpoint.metadata().get());
      if (files.isEmpty()) {
        throw new RefusedException(
            "%s: its tokenizer has no form as a tokenizer.json, so a trained model would have none: take the folder that this file was made from"
                .formatted(path));
      }
      return files;
    }
    Path file = checkpoint.tokenizerFile().orElseThrow();
    return file.toString().endsWith(".bin")
        ? Map.of(
            HuggingFaceFolder.LLAMA2C_TOKENIZER, InputFile.readBytes(file, LARGEST_TOKENIZER))
        : TokenizerFiles.read(file).files();
  }

  @Override
  public void close() {
    checkpoint.close();
  }
}
