package org.gta4j.train.variant;

import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.gta4j.attention.AttentionShape;
import org.gta4j.model.variant.GroupedHeadLatentAttention;
import org.gta4j.train.block.Attention;
import org.gta4j.train.block.OutputGate;
import org.gta4j.train.block.Parameters;
import org.gta4j.train.block.Precision;
import org.gta4j.train.torch.Memory;

/**
 * GTA: few maps weight a latent, a decoder turns each map's weighted latent into its group's heads,
 * and a gate multiplies them.
 *
 * @param decoder {@code v_b_proj}, whose memory is read as [maps, d_l, H / maps]
 * @param gate the gate, unless the model does without it
 */
record GroupedHeadLatentBlock(
    GroupedHeadLatentAttention sizes,
    Projections projections,
    Tensor decoder,
    Optional<OutputGate> gate,
    Precision precision)
    implements AttentionBlock {
  static GroupedHeadLatentBlock of(
      GroupedHeadLatentAttention sizes, Parameters.Group parameters, Precision precision) {
    return new GroupedHeadLatentBlock(
        sizes,
        Projections.of(parameters, precision),
        parameters.get("v_b_proj.weight"),
        sizes.gate().map(activation -> OutputGate.of(activation, parameters, precision)),
        precision);
  }

  @Override
  public Tensor apply(Tensor x, Step step) {
    AttentionShape shape = sizes.shape();
    Tensor input = projections.input(x);
    Tensor q = projections.heads(projections.query(), input, shape.maps());
    Tensor k = projections.heads(projections.key(), input, shape.keyHeads());
    Tensor c = projections.heads(projections.value(), input, shape.valueHeads());
    Tensor z =
        Attention.apply(
            step.rotation().apply(q), step.rotation().apply(k), c, sizes.scale(), step.mask());
    Tensor heads = decoded(z);
    return projections.output().apply(gate.isPresent() ? gate.get().apply(heads, input) : heads);
  }

  /**
   * The heads [B, T, H] of the weighted latents {@code z} [B, T, maps, d_l]: {@code v_i = z_i ([I |
   * … | I] + V_i)}. The identity copies the latent into each head of the group.
   */
  private Tensor decoded(Tensor z) {
    long[] size = Memory.sizes(z);
    long rows = size[0] * size[1];
    long maps = size[2];
    long latent = size[3];
    long group = sizes.hiddenSize() / maps;
    Tensor flat = z.reshape(rows, maps, latent);
    Tensor learned =
        precision.full(
            torch
                .bmm(
                    precision.input(flat.transpose(0, 1)),
                    precision.input(decoder.reshape(maps, latent, group)))
                .transpose(0, 1));
    Tensor copies = flat.unsqueeze(2).expand(rows, maps, group / latent, latent);
    return copies.reshape(rows, maps, group).add(learned).reshape(size[0], size[1], maps * group);
  }
}
