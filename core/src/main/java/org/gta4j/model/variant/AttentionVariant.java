package org.gta4j.model.variant;

import java.util.ArrayList;
import java.util.List;
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

  /** The products with {@link #headMatrices} that a token goes through in a layer. */
  default List<MatrixProduct> headProducts() {
    return List.of();
  }

  /** All products with matrices that a token goes through in a layer, those of heads last. */
  default List<MatrixProduct> products() {
    List<MatrixProduct> products = new ArrayList<>();
    tensors()
        .forEach((tensor, shape) -> {
          if (shape.rank() > 1 && !headMatrices().contains(tensor)) {
            products.add(new MatrixProduct(tensor, shape.size(1), shape.size(0), shape.elements()));
          }
        });
    products.addAll(headProducts());
    return products;
  }

  /** How many numbers of a token a gate multiplies: 0 where there is none. */
  default long gateWidth() {
    Shape gate = tensors().get(OutputGate.NAME + ".weight");
    return gate == null ? 0 : gate.size(0);
  }

  /**
   * The sizes of the same attention over a prompt whose keys and values are computed from what is
   * cached, as training does it: those of {@link #shape()} where they are cached themselves.
   */
  default AttentionShape expandedShape() {
    return shape();
  }

  /** Makes a layer from its tensors. */
  AttentionLayer bind(LayerTensors tensors);
}
