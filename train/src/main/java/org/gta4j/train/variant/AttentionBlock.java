package org.gta4j.train.variant;

import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.gta4j.model.variant.AttentionVariant;
import org.gta4j.model.variant.GatedLatentAttention;
import org.gta4j.model.variant.GatedQueryAttention;
import org.gta4j.model.variant.GroupedHeadAttention;
import org.gta4j.model.variant.GroupedHeadLatentAttention;
import org.gta4j.model.variant.GroupedQueryAttention;
import org.gta4j.model.variant.GroupedValueAttention;
import org.gta4j.model.variant.MultiHeadLatentAttention;
import org.gta4j.train.block.Parameters;
import org.gta4j.train.block.Precision;
import org.gta4j.train.block.Rotation;

/** One layer's attention, from projections to the output projection. */
public interface AttentionBlock {
  /**
   * What all layers of a step share.
   *
   * @param rotation how positions turn queries and keys
   * @param mask what is added to scores [T, T]; without one, a token sees itself and all before
   */
  record Step(Rotation rotation, Optional<Tensor> mask) {}

  /** {@code x} [B, T, hidden], normalized, to as many numbers. */
  Tensor apply(Tensor x, Step step);

  /**
   * The layer of a variant.
   *
   * @param parameters those below {@code self_attn.}
   * @throws IllegalArgumentException if the variant is none of those that can be trained
   */
  static AttentionBlock of(
      AttentionVariant variant, Parameters.Group parameters, Precision precision) {
    return switch (variant) {
      case GroupedQueryAttention sizes -> GroupedQueryBlock.of(sizes, parameters, precision);
      case GroupedValueAttention sizes -> GroupedValueBlock.of(sizes, parameters, precision);
      case GroupedHeadAttention sizes -> GroupedHeadBlock.of(sizes, parameters, precision);
      case GroupedHeadLatentAttention sizes ->
          GroupedHeadLatentBlock.of(sizes, parameters, precision);
      case MultiHeadLatentAttention sizes -> LatentBlock.of(sizes, parameters, precision);
      case GatedQueryAttention sizes -> GatedBlocks.query(sizes, parameters, precision);
      case GatedLatentAttention sizes -> GatedBlocks.latent(sizes, parameters, precision);
      default ->
          throw new IllegalArgumentException(
              "attention of the variant %s cannot be trained".formatted(variant.name()));
    };
  }
}
