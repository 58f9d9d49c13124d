package org.gta4j.train.model;

import org.bytedeco.pytorch.Tensor;
import org.gta4j.model.ModelConfig;
import org.gta4j.train.block.Parameters;
import org.gta4j.train.block.Precision;
import org.gta4j.train.block.RmsNorm;
import org.gta4j.train.block.SwiGlu;
import org.gta4j.train.variant.AttentionBlock;

/**
 * One layer of Llama's kind: attention and feed-forward network, each of the normalized hidden
 * state and added to it.
 */
record DecoderLayer(
    RmsNorm attentionNorm, AttentionBlock attention, RmsNorm feedForwardNorm, SwiGlu feedForward) {
  static DecoderLayer of(ModelConfig config, Parameters.Group parameters, Precision precision) {
    return new DecoderLayer(
        parameters.norm("input_layernorm", config.rmsNormEps()),
        AttentionBlock.of(config.attention(), parameters.under("self_attn."), precision),
        parameters.norm("post_attention_layernorm", config.rmsNormEps()),
        SwiGlu.of(parameters.under("mlp."), precision));
  }

  /** The hidden state after this layer, of {@code x} [B, T, hidden] before it. */
  Tensor apply(Tensor x, AttentionBlock.Step step, Precision precision, Dropout.Part dropout) {
    Tensor attended = precision.full(attention.apply(attentionNorm.apply(x), step));
    Tensor between = x.add(dropout.apply(attended));
    Tensor fed = precision.full(feedForward.apply(feedForwardNorm.apply(between)));
    return between.add(dropout.apply(fed));
  }
}
