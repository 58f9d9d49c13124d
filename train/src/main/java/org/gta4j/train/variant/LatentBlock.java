package org.gta4j.train.variant;

import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.gta4j.model.variant.MultiHeadLatentAttention;
import org.gta4j.train.block.Attention;
import org.gta4j.train.block.Heads;
import org.gta4j.train.block.Linear;
import org.gta4j.train.block.Parameters;
import org.gta4j.train.block.Precision;
import org.gta4j.train.block.RmsNorm;

/**
 * MLA, expanded: every head gets keys and values of its own out of the latent, which is less
 * arithmetic for whole sequences than the absorbed form, and the one its definition has.
 *
 * @param query {@code q_proj}, or {@code q_b_proj} behind {@code queryRank}
 * @param queryRank the queries' way by a rank, where there is one
 * @param compress {@code kv_a_proj_with_mqa}
 * @param latentNorm {@code kv_a_layernorm}
 * @param expand {@code kv_b_proj}
 * @param output {@code o_proj}
 */
record LatentBlock(
    MultiHeadLatentAttention sizes,
    Linear query,
    Optional<QueryRank> queryRank,
    Linear compress,
    RmsNorm latentNorm,
    Linear expand,
    Linear output)
    implements AttentionBlock {
  /** {@code q_a_proj} and {@code q_a_layernorm}. */
  record QueryRank(Linear down, RmsNorm norm) {}

  static LatentBlock of(
      MultiHeadLatentAttention sizes, Parameters.Group parameters, Precision precision) {
    Optional<QueryRank> rank =
        sizes
            .queryLoraRank()
            .map(size ->
                new QueryRank(
                    parameters.linear("q_a_proj", precision),
                    parameters.norm("q_a_layernorm", MultiHeadLatentAttention.RANK_EPSILON)));
    return new LatentBlock(
        sizes,
        parameters.linear(rank.isPresent() ? "q_b_proj" : "q_proj", precision),
        rank,
        parameters.linear("kv_a_proj_with_mqa", precision),
        parameters.norm("kv_a_layernorm", MultiHeadLatentAttention.RANK_EPSILON),
        parameters.linear("kv_b_proj", precision),
        parameters.linear("o_proj", precision));
  }

  /** The heads [B, T, heads · d_v] before the output projection. */
  Tensor heads(Tensor x, Step step) {
    Precision precision = query.precision();
    int heads = sizes.numAttentionHeads();
    int nope = sizes.nopeDim();
    Tensor input = precision.input(x);
    Tensor asked =
        queryRank.isPresent()
            ? queryRank.get().norm().apply(precision.full(queryRank.get().down().apply(input)))
            : input;
    Tensor q = Heads.split(precision.full(query.apply(asked)), heads);
    Tensor compressed = precision.full(compress.apply(input));
    Tensor latent = latentNorm.apply(compressed.narrow(2, 0, sizes.kvLoraRank()));
    Tensor turned =
        step.rotation()
            .apply(Heads.split(compressed.narrow(2, sizes.kvLoraRank(), sizes.ropeDim()), 1));
    Tensor expanded = Heads.split(precision.full(expand.apply(latent)), heads);
    return Heads.join(
        Attention.apply(
            beside(q.narrow(3, 0, nope), step.rotation().apply(q.narrow(3, nope, sizes.ropeDim()))),
            beside(expanded.narrow(3, 0, nope), Heads.repeat(turned, heads)),
            expanded.narrow(3, nope, sizes.valueHeadDim()),
            sizes.scale(),
            step.mask()));
  }

  private static Tensor beside(Tensor left, Tensor right) {
    return torch.cat(new TensorVector(left, right), 3);
  }

  @Override
  public Tensor apply(Tensor x, Step step) {
    return output.apply(heads(x, step));
  }
}
