package org.gta4j.model.variant;

import java.util.SequencedMap;
import java.util.Set;
import org.gta4j.attention.AttentionShape;
import org.gta4j.model.rope.RotaryEmbedding;
import org.gta4j.tensor.Shape;

/**
 * An attention variant with its sizes: what a model's configuration says about its attention. A
 * record of one file; see {@code docs/adding-a-variant.md}.
 */
public interface AttentionVariant {
  /** The field's name for it: {@code gta}, {@code gqa}. */
  String name();

  /** The sizes that kernel, cache and cost follow from. */
  AttentionShape shape();

  /** What scores are multiplied by before the softmax. */
  double scale();

  /** How positions turn queries and keys. */
  RotaryEmbedding rotary();

  /**
   * A layer's tensors: names below {@code self_attn.} and their shapes, in the checkpoint's order.
   */
  SequencedMap<String, Shape> tensors();

  /**
   * Those of {@link #tensors} that become a matrix per head in f32 when the model is loaded ({@link
   * LayerTensors#heads}). They are small, and rounding them to blocks would make nothing faster.
   */
  default Set<String> headMatrices() {
    return Set.of();
  }

  /** Makes a layer from its tensors. */
  AttentionLayer bind(LayerTensors tensors);
}
