package org.gta4j.train.measure;

import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.gta4j.attention.AttentionShape;
import org.gta4j.model.ModelConfig;
import org.gta4j.train.block.Attention;
import org.gta4j.train.block.Rotation;

/** A layer's attention, from queries, keys and values on, their rotation included. */
final class Pairs extends Part {
  private final Tensor q;
  private final Tensor k;
  private final Tensor v;
  private final Tensor gradient;
  private final Rotation rotation;
  private final boolean turned;
  private final double scale;

  Pairs(ModelConfig config, long sequences, int length) {
    AttentionShape shape = config.attention().expandedShape();
    q = leaf(sequences, length, shape.maps(), shape.keyDim());
    k = leaf(sequences, length, shape.keyHeads(), shape.keyDim());
    v = leaf(sequences, length, shape.valueHeads(), shape.valueDim());
    gradient = constant(sequences, length, shape.maps(), shape.valueDim());
    rotation = Rotation.of(config.rotary(), length);
    turned = rotation.cosine().size(2) == shape.keyDim(); // otherwise it is of a small part
    scale = config.attention().scale();
  }

  @Override
  void compute() {
    Tensor queries = turned ? rotation.apply(q) : q;
    Tensor keys = turned ? rotation.apply(k) : k;
    back(Attention.apply(queries, keys, v, scale, Optional.empty()), gradient);
  }

  @Override
  public void close() {
    super.close();
    rotation.close();
  }
}
