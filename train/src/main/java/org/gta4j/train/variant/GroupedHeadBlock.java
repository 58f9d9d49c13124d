package org.gta4j.train.variant;

import org.bytedeco.pytorch.Tensor;
import org.gta4j.attention.AttentionShape;
import org.gta4j.model.variant.GroupedHeadAttention;
import org.gta4j.train.block.Attention;
import org.gta4j.train.block.Heads;
import org.gta4j.train.block.Parameters;
import org.gta4j.train.block.Precision;

/**
 * GHA: groups of heads share a map, groups of heads share values. Maps are repeated where they meet
 * several values, and heads with the same map and values are computed once.
 */
record GroupedHeadBlock(GroupedHeadAttention sizes, Projections projections)
    implements AttentionBlock {
  static GroupedHeadBlock of(
      GroupedHeadAttention sizes, Parameters.Group parameters, Precision precision) {
    return new GroupedHeadBlock(sizes, Projections.of(parameters, precision));
  }

  @Override
  public Tensor apply(Tensor x, Step step) {
    AttentionShape shape = sizes.shape();
    Tensor input = projections.input(x);
    Tensor q = projections.heads(projections.query(), input, sizes.numQueryHeads());
    Tensor k = projections.heads(projections.key(), input, shape.keyHeads());
    Tensor v = projections.heads(projections.value(), input, shape.valueHeads());
    Tensor distinct =
        Heads.join(
            Attention.apply(
                Heads.repeat(step.rotation().apply(q), shape.maps()),
                step.rotation().apply(k),
                v,
                sizes.scale(),
                step.mask()));
    Tensor heads = Heads.split(distinct, shape.attendedWidth() / sizes.headDim());
    return projections.output().apply(Heads.join(Heads.repeat(heads, sizes.numAttentionHeads())));
  }
}
