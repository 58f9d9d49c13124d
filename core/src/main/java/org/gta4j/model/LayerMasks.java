package org.gta4j.model;

import java.util.List;
import java.util.Optional;
import org.gta4j.attention.AttentionMask;
import org.gta4j.checkpoint.ConfigFile;

/**
 * Which layers see all earlier tokens and which a sliding window of them.
 *
 * @param window the window's mask; empty where no layer has one
 * @param firstWindowed the first layer with a window, unless {@code types} says otherwise
 * @param types the kind of each layer, under Hugging Face's names; empty where the configuration
 *     does not list them
 */
public record LayerMasks(Optional<AttentionMask> window, int firstWindowed, List<String> types) {
  private static final AttentionMask CAUSAL = new AttentionMask.Causal();
  private static final String SLIDING = "sliding_attention";

  /**
   * Reads Mistral's {@code sliding_window} and Qwen's {@code use_sliding_window}, {@code
   * layer_types} and so on.
   */
  static LayerMasks read(ConfigFile config) {
    String type = config.text("model_type").orElse("");
    if (type.equals("mistral")) {
      return new LayerMasks(window(config), 0, List.of());
    }
    if (!type.startsWith("qwen") || !config.flag("use_sliding_window", false)) {
      return new LayerMasks(Optional.empty(), 0, List.of());
    }
    List<String> types = config.texts("layer_types");
    for (String layer : types) {
      if (!layer.equals(SLIDING) && !layer.equals("full_attention")) {
        throw config.wrong(
            "layer_types", "full_attention or sliding_attention for every layer", layer);
      }
    }
    if (!types.isEmpty() && types.size() < config.size("num_hidden_layers")) {
      throw config.wrong(
          "layer_types",
          "an entry for each of %d layers".formatted(config.size("num_hidden_layers")),
          types.size());
    }
    return new LayerMasks(window(config), config.count("max_window_layers", 28), types);
  }

  /** A missing key means a window of 4096 tokens, a null one none. */
  private static Optional<AttentionMask> window(ConfigFile config) {
    boolean none = config.mentions("sliding_window") && !config.has("sliding_window");
    return none
        ? Optional.empty()
        : Optional.of(new AttentionMask.SlidingWindow(config.size("sliding_window", 4096)));
  }

  /** The mask of layer {@code layer}. */
  public AttentionMask mask(int layer) {
    boolean windowed = types.isEmpty() ? layer >= firstWindowed : types.get(layer).equals(SLIDING);
    return windowed ? window.orElse(CAUSAL) : CAUSAL;
  }
}
