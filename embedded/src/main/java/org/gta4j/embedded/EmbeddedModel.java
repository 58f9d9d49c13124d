package org.gta4j.embedded;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.gta4j.checkpoint.Checkpoint;
import org.gta4j.generate.LanguageModel;
import org.gta4j.generate.LoadOptions;

/**
 * The model that is always there: GTA of four million parameters, trained by this project on
 * stories (see {@code MODEL_CARD.md} beside it). It shows that everything works before anything was
 * downloaded; what it tells is for small children.
 */
public final class EmbeddedModel {
  /** What it is called, as a GGUF file and in errors. */
  public static final String NAME = "gta-stories.gguf";

  /**
   * The repeat penalty that suits it: choosing greedily without one, so small a model comes to a
   * sentence that it says again and again.
   */
  public static final double REPEAT_PENALTY = 1.15;

  private EmbeddedModel() {}

  /** Loads it; the caller closes it. */
  public static LanguageModel load(LoadOptions options) {
    Checkpoint checkpoint = checkpoint();
    try {
      return LanguageModel.of(checkpoint, LanguageModel.tokenizerOf(checkpoint), options);
    } catch (RuntimeException | Error e) {
      checkpoint.close();
      throw e;
    }
  }

  /** Its configuration, weights and tokenizer, in memory until the caller closes it. */
  @SuppressWarnings("MustBeClosedChecker") // the checkpoint owns the arena
  public static Checkpoint checkpoint() {
    byte[] file = bytes(NAME);
    Arena arena = Arena.ofShared();
    try {
      // Native as a mapped file is: kernels that meet one kind of memory only compile to faster
      // code.
      MemorySegment memory = arena.allocate(file.length, 64);
      MemorySegment.copy(file, 0, memory, ValueLayout.JAVA_BYTE, 0, file.length);
      return Checkpoint.ofGguf(NAME, memory, arena);
    } catch (RuntimeException | Error e) {
      arena.close();
      throw e;
    }
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
