package org.gta4j.cli.training;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import org.gta4j.chat.ChatTemplates;
import org.gta4j.checkpoint.Checkpoint;
import org.gta4j.checkpoint.CheckpointException;
import org.gta4j.checkpoint.HuggingFaceFolder;
import org.gta4j.checkpoint.InputFile;
import org.gta4j.checkpoint.RotaryLayout;
import org.gta4j.cli.RefusedException;
import org.gta4j.cli.data.TokenizerFiles;
import org.gta4j.embedded.EmbeddedModel;
import org.gta4j.generate.LanguageModel;
import org.gta4j.model.ModelConfig;
import org.gta4j.tokenizer.HuggingFaceVocabulary;
import org.gta4j.tokenizer.Tokenizer;
import org.gta4j.tokenizer.TokenizerConfig;

/**
 * A model that is to be trained further, as a Hugging Face folder would have it, whatever it comes
 * from.
 *
 * @param name where it is
 * @param checkpoint its tensors
 * @param config its sizes
 * @param words its tokenizer, and the files that go with the trained model
 * @param templates its chat templates, where it has any
 */
record BaseModel(
    String name,
    Checkpoint checkpoint,
    ModelConfig config,
    TokenizerFiles words,
    Optional<ChatTemplates> templates)
    implements AutoCloseable {
  private static final long LARGEST_TOKENIZER = 256L << 20;
  private static final long LARGEST_TEMPLATE = 1L << 20;
  private static final String TEMPLATE = "chat_template.jinja";

  /**
   * Opens a model.
   *
   * @param path where it is; empty for the embedded one
   * @throws CheckpointException if it is damaged, or none of ours
   * @throws RefusedException if it has no tokenizer that could go with the trained model
   */
  @SuppressWarnings("MustBeClosedChecker") // the caller closes it
  static BaseModel open(Optional<Path> path) {
    String name = path.map(Path::toString).orElse(EmbeddedModel.NAME);
    Checkpoint opened = path.isPresent() ? Checkpoint.open(path.get()) : EmbeddedModel.checkpoint();
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
                          .formatted(name)));
      return new BaseModel(
          name,
          checkpoint,
          config,
          new TokenizerFiles(tokenizer, files(name, checkpoint)),
          LanguageModel.chatTemplatesOf(checkpoint, Optional.of(tokenizer)));
    } catch (RuntimeException | Error e) {
      opened.close();
      throw e;
    }
  }

  private static Map<String, byte[]> files(String name, Checkpoint checkpoint) {
    if (checkpoint.metadata().isPresent()) {
      Map<String, byte[]> files = HuggingFaceVocabulary.of(checkpoint.metadata().get());
      if (files.isEmpty()) {
        throw new RefusedException(
            "%s: its tokenizer has no form as a tokenizer.json, so a trained model would have none: take the folder that this file was made from"
                .formatted(name));
      }
      return files;
    }
    Path file = checkpoint.tokenizerFile().orElseThrow();
    return file.toString().endsWith(".bin")
        ? Map.of(HuggingFaceFolder.LLAMA2C_TOKENIZER, InputFile.readBytes(file, LARGEST_TOKENIZER))
        : TokenizerFiles.read(file).files();
  }

  /**
   * The same model with another chat template in place of its usual one; it goes with the trained
   * model.
   *
   * @throws CheckpointException if the file cannot be read
   */
  BaseModel withTemplate(Path file) {
    byte[] source = InputFile.readBytes(file, LARGEST_TEMPLATE);
    SequencedMap<String, String> sources = new LinkedHashMap<>();
    templates.ifPresent(own -> sources.putAll(own.sources()));
    sources.putFirst(TokenizerConfig.DEFAULT_TEMPLATE, new String(source, StandardCharsets.UTF_8));
    Map<String, byte[]> files = new LinkedHashMap<>(words.files());
    files.put(TEMPLATE, source);
    return new BaseModel(
        name,
        checkpoint,
        config,
        new TokenizerFiles(words.tokenizer(), files),
        Optional.of(new ChatTemplates(file.toString(), sources, tokens())));
  }

  private Map<String, String> tokens() {
    return checkpoint
        .tokenizerFile()
        .map(file -> ChatTemplates.tokens(TokenizerConfig.beside(file)))
        .orElseGet(() -> ChatTemplates.tokens(words.tokenizer()));
  }

  @Override
  public void close() {
    checkpoint.close();
  }
}
