package org.gta4j.measure;

import org.gta4j.attention.AttentionShape;
import org.gta4j.cache.CacheType;
import org.gta4j.cost.Ceilings;
import org.gta4j.cost.Operation;
import org.gta4j.model.ModelConfig;
import org.gta4j.ops.Ops;
import org.gta4j.tensor.DType;

/**
 * What this machine does at best for a model, measured: for prompts, where an attention's keys and
 * values are met by many queries, and for decoding, where they come from memory for each.
 *
 * @param prompt for prompts
 * @param decode for decoding
 */
public record MachineCeilings(Ceilings prompt, Ceilings decode) {
  /**
   * Measures for a few seconds.
   *
   * @param weights the type of most weights
   * @param cacheType what keys and values are cached as
   */
  public static MachineCeilings measure(
      Ops ops, ModelConfig config, DType weights, CacheType cacheType) {
    AttentionShape shape = config.attention().shape();
    LayerRates layers = LayerRates.measure(ops, config, weights);
    AttentionRates attention = AttentionRates.measure(ops, shape, cacheType);
    return new MachineCeilings(
        ceilings(layers, shape, attention.promptPairs()),
        ceilings(layers, shape, attention.decodePairs()));
  }

  private static Ceilings ceilings(LayerRates layers, AttentionShape shape, double pairs) {
    return new Ceilings(
        layers.vectorBytes(),
        layers.productOperations(),
        pairs * Operation.attentionCount(shape),
        layers.elementOperations(),
        layers.startSeconds());
  }
}
