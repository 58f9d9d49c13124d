package org.gta4j.train.variant;

import org.bytedeco.pytorch.Tensor;
import org.gta4j.model.variant.GatedLatentAttention;
import org.gta4j.model.variant.GatedQueryAttention;
import org.gta4j.train.block.Linear;
import org.gta4j.train.block.OutputGate;
import org.gta4j.train.block.Parameters;
import org.gta4j.train.block.Precision;

/** The baselines with GTA's gate between their heads and the output projection. */
final class GatedBlocks {
  private GatedBlocks() {}

  static AttentionBlock query(
      GatedQueryAttention sizes, Parameters.Group parameters, Precision precision) {
    GroupedQueryBlock inner = GroupedQueryBlock.of(sizes.ungated(), parameters, precision);
    return gated(
        inner::heads,
        OutputGate.of(sizes.activation(), parameters, precision),
        inner.projections().output());
  }

  static AttentionBlock latent(
      GatedLatentAttention sizes, Parameters.Group parameters, Precision precision) {
    LatentBlock inner = LatentBlock.of(sizes.ungated(), parameters, precision);
    return gated(
        inner::heads, OutputGate.of(sizes.activation(), parameters, precision), inner.output());
  }

  private static AttentionBlock gated(AttentionBlock heads, OutputGate gate, Linear output) {
    return (x, step) -> {
      Tensor input = output.precision().input(x);
      return output.apply(gate.apply(heads.apply(input, step), input));
    };
  }
}
