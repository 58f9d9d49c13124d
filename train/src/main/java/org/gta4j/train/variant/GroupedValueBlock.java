package org.gta4j.train.variant;

import org.bytedeco.pytorch.Tensor;
import org.gta4j.attention.AttentionShape;
import org.gta4j.model.variant.GroupedValueAttention;
import org.gta4j.train.block.Attention;
import org.gta4j.train.block.Heads;
import org.gta4j.train.block.Parameters;
import org.gta4j.train.block.Precision;

/** GVA: groups of heads share a map, whose value row is their values side by side. */
record GroupedValueBlock(GroupedValueAttention sizes, Projections projections)
    implements AttentionBlock {
  static GroupedValueBlock of(
      GroupedValueAttention sizes, Parameters.Group parameters, Precision precision) {
    return new GroupedValueBlock(sizes, Projections.of(parameters, precision));
  }

  @Override
  public Tensor apply(Tensor x, Step step) {
    AttentionShape shape = sizes.shape();
    Tensor input = projections.input(x);
    Tensor q = projections.heads(projections.query(), input, shape.maps());
    Tensor k = projections.heads(projections.key(), input, shape.keyHeads());
    Tensor v = projections.heads(projections.value(), input, shape.valueHeads());
    return projections
        .output()
        .apply(
            Heads.join(
                Attention.apply(
                    step.rotation().apply(q),
                    step.rotation().apply(k),
                    v,
                    sizes.scale(),
                    step.mask())));
  }
}
