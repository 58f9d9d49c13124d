package org.gta4j.train.variant;

import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.gta4j.model.variant.GroupedQueryAttention;
import org.gta4j.train.block.Attention;
import org.gta4j.train.block.Heads;
import org.gta4j.train.block.Parameters;
import org.gta4j.train.block.Precision;
import org.gta4j.train.block.RmsNorm;

/** MHA, GQA and MQA: every head has a map, groups of heads share keys and values. */
record GroupedQueryBlock(
    GroupedQueryAttention sizes, Projections projections, Optional<HeadNorms> norms)
    implements AttentionBlock {
  /** Qwen3's norms of query and key heads. */
  record HeadNorms(RmsNorm query, RmsNorm key) {}

  static GroupedQueryBlock of(
      GroupedQueryAttention sizes, Parameters.Group parameters, Precision precision) {
    return new GroupedQueryBlock(
        sizes,
        Projections.of(parameters, precision),
        sizes
            .headNorm()
            .map(epsilon ->
                new HeadNorms(
                    parameters.norm("q_norm", epsilon), parameters.norm("k_norm", epsilon))));
  }

  /** The heads [B, T, hidden] before the output projection. */
  Tensor heads(Tensor x, Step step) {
    Tensor input = projections.input(x);
    Tensor q = projections.heads(projections.query(), input, sizes.numAttentionHeads());
    Tensor k = projections.heads(projections.key(), input, sizes.numKeyValueHeads());
    Tensor v = projections.heads(projections.value(), input, sizes.numKeyValueHeads());
    if (norms.isPresent()) {
      q = norms.get().query().apply(q);
      k = norms.get().key().apply(k);
    }
    return Heads.join(
        Attention.apply(
            step.rotation().apply(q), step.rotation().apply(k), v, sizes.scale(), step.mask()));
  }

  @Override
  public Tensor apply(Tensor x, Step step) {
    return projections.output().apply(heads(x, step));
  }
}
