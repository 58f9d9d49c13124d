package org.gta4j.embedded;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import org.gta4j.checkpoint.Checkpoint;
import org.gta4j.generate.LanguageModel;
import org.gta4j.generate.LoadOptions;
import org.gta4j.tokenizer.Llama2cTokenizer;
import org.gta4j.tokenizer.Tokenizer;

/**
 * The model that is always there: stories260K, trained on TinyStories (see {@code NOTICE.txt}
 * beside it). It shows that everything works before anything was downloaded; what it tells is for
 * small children.
 */
public final class EmbeddedModel {
  /** What it is called, as a llama2.c model and in errors. */
  public static final String NAME = "stories260K.bin";

  /** What its tokenizer is called. */
  public static final String TOKENIZER_NAME = "tok512.bin";

  private static final int VOCABULARY = 512;

  private EmbeddedModel() {}

  /** Loads it; the caller closes it. */
  public static LanguageModel load(LoadOptions options) {
    Checkpoint checkpoint = checkpoint();
    try {
      return LanguageModel.of(checkpoint, Optional.of(tokenizer()), options);
    } catch (RuntimeException | Error e) {
      checkpoint.close();
      throw e;
    }
  }

  /** Its configuration and weights, in memory until the caller closes it. */
  @SuppressWarnings("MustBeClosedChecker") // the checkpoint owns the arena
  public static Checkpoint checkpoint() {
    byte[] file = bytes(NAME);
    Arena arena = Arena.ofShared();
    try {
      // Native as a mapped file is: kernels that meet one kind of memory only compile to faster
      // code.
      MemorySegment memory = arena.allocate(file.length, 64);
      MemorySegment.copy(file, 0, memory, ValueLayout.JAVA_BYTE, 0, file.length);
      return Checkpoint.ofLlama2c(NAME, memory, arena);
    } catch (RuntimeException | Error e) {
      arena.close();
      throw e;
    }
  }

  /** Its tokenizer. */
  public static Tokenizer tokenizer() {
    return llama2cTokenizer();
  }

  /** The same as the kind it is, to be written in another format. */
  public static Llama2cTokenizer llama2cTokenizer() {
    return Llama2cTokenizer.read(TOKENIZER_NAME, tokenizerFile(), VOCABULARY);
  }

  /** The bytes of its tokenizer's file, in llama2.c's format. */
  public static byte[] tokenizerFile() {
    return bytes(TOKENIZER_NAME);
  }

  private static byte[] bytes(String name) {
    try (InputStream stream = EmbeddedModel.class.getResourceAsStream(name)) {
      if (stream == null) {
        throw new IllegalStateException(
            "%s is missing beside %s: its jar was put together without resources"
                .formatted(name, EmbeddedModel.class.getName()));
      }
      return stream.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(name + " cannot be read from its jar", e);
    }
  }
}
