package org.gta4j.model.variant;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.gta4j.attention.AttentionShape;
import org.gta4j.checkpoint.CheckpointException;
import org.gta4j.checkpoint.ConfigFile;

/** The variants there are, and which of them a configuration describes. */
public final class AttentionVariants {
  /** Recognises the configurations of one variant. */
  @FunctionalInterface
  interface Reader {
    /** The variant, or nothing where the configuration is of another one. */
    Optional<AttentionVariant> read(ConfigFile config);
  }

  /** One line a variant; the first that recognises a configuration reads it. */
  private static final List<Reader> READERS =
      List.of(
          GroupedValueAttention::read,
          GroupedHeadAttention::read,
          GroupedHeadLatentAttention::read,
          GatedQueryAttention::read,
          GatedLatentAttention::read,
          MultiHeadLatentAttention::read,
          GroupedQueryAttention::read);

  /** Six times what the widest model has: the absorbed queries of DeepSeek-V3. */
  private static final int WIDEST = 64;

  private AttentionVariants() {}

  /**
   * The attention that a configuration describes.
   *
   * @throws CheckpointException if its sizes contradict each other or its architecture is none of
   *     ours
   */
  public static AttentionVariant read(ConfigFile config) {
    try {
      for (Reader reader : READERS) {
        Optional<AttentionVariant> variant = reader.read(config);
        if (variant.isPresent()) {
          requireModest(config, variant.get().shape());
          variant.get().tensors(); // every width must be addressable
          return variant.get();
        }
      }
    } catch (ArithmeticException e) {
      throw config.wrong("attention", "sizes whose products are below 2^31", "larger ones");
    } catch (IllegalArgumentException e) {
      throw config.wrong("attention", "sizes that fit together", String.valueOf(e.getMessage()));
    }
    throw config.wrong(
        "architectures",
        "a model with Llama's, Mistral's, Qwen's, DeepSeek's (dense) or GTA's attention",
        found(config, "architectures") + ", model_type " + found(config, "model_type"));
  }

  /**
   * Queries, keys and values of a token are cached and computed on in far more memory than their
   * weights take, unless the hidden state is as wide as they are, more or less.
   */
  private static void requireModest(ConfigFile config, AttentionShape shape) {
    int hidden = config.size("hidden_size");
    int widest =
        IntStream.of(
                shape.queryWidth(), shape.keyWidth(), shape.ownValueWidth(), shape.attendedWidth())
            .max()
            .orElse(0);
    if (widest > (long) WIDEST * hidden) {
      throw config.wrong(
          "hidden_size",
          "at least a %d-th of the %d numbers that all heads have together"
              .formatted(WIDEST, widest),
          hidden);
    }
  }

  private static String found(ConfigFile config, String key) {
    return config.has(key) ? config.json().path(key).toString() : "none";
  }

  /**
   * Whether the configuration names no architecture, or one of these. What calls itself something
   * else has parts of its own, whatever its {@code model_type} says.
   */
  static boolean isAnyArchitecture(ConfigFile config, List<String> architectures) {
    List<String> named = config.texts("architectures");
    return named.isEmpty() || named.stream().anyMatch(architectures::contains);
  }

  /** Whether the configuration is of that architecture. */
  static boolean isArchitecture(ConfigFile config, String architecture) {
    return config.texts("architectures").contains(architecture);
  }
}
