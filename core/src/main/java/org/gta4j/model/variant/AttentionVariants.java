package org.gta4j.model.variant;

import java.util.List;
import java.util.Optional;
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
          GroupedHeadLatentAttention::read,
          GroupedValueAttention::read,
          GroupedHeadAttention::read,
          GatedQueryAttention::read,
          GatedLatentAttention::read,
          MultiHeadLatentAttention::read,
          GroupedQueryAttention::read);

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
          variant.get().shape();
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
        config.json().path("architectures") + ", model_type " + config.json().path("model_type"));
  }

  /** Whether the configuration is of that architecture. */
  static boolean isArchitecture(ConfigFile config, String architecture) {
    return config.texts("architectures").contains(architecture);
  }
}
