package org.gta4j.cost;

import java.util.Map;
import org.gta4j.attention.AttentionShape;
import org.gta4j.cache.CacheLayout;
import org.gta4j.cache.CacheType;
import org.gta4j.checkpoint.Weights;
import org.gta4j.model.ModelConfig;
import org.gta4j.tensor.Tensor;

/**
 * What a model's steps have to touch and to compute, whatever the implementation: bytes of weights
 * and cache, multiply-adds of linear layers and attention. One multiply-add is two operations.
 *
 * <p>Every weight of a matrix is multiplied once a token; MLA's too, where it is computed absorbed.
 */
public final class StepCost {
  private final ModelConfig config;
  private final CacheLayout cache;
  private final long weightBytes;
  private final long layerMultiplyAdds;
  private final long headMultiplyAdds;

  /**
   * Counts a model's tensors.
   *
   * @param weights the tensors, as they are stored
   * @param cacheType what keys and values are cached as
   */
  public StepCost(ModelConfig config, Weights weights, CacheType cacheType) {
    this.config = config;
    cache = new CacheLayout(config.attention().shape(), config.numHiddenLayers(), cacheType);
    String head = config.tieWordEmbeddings() ? "model.embed_tokens.weight" : "lm_head.weight";
    long bytes = 0;
    long products = 0;
    for (Map.Entry<String, Tensor> entry : weights.tensors().entrySet()) {
      String name = entry.getKey();
      Tensor tensor = entry.getValue();
      boolean ofLayer = name.startsWith("model.layers.");
      if (ofLayer || name.equals(head) || name.equals("model.norm.weight")) {
        bytes += tensor.data().byteSize();
      }
      if (ofLayer && tensor.shape().rank() > 1) {
        products += tensor.shape().elements();
      }
    }
    weightBytes = bytes;
    layerMultiplyAdds = products;
    headMultiplyAdds = (long) config.vocabSize() * config.hiddenSize();
  }

  /** Bytes of weights that every step reads: all layers and the output head. */
  public long weightBytes() {
    return weightBytes;
  }

  /** Bytes that a cached token takes, in all layers. */
  public long cacheBytesPerToken() {
    return cache.bytesPerToken();
  }

  /** Multiply-adds of the layers' matrices for a token. */
  public long layerMultiplyAdds() {
    return layerMultiplyAdds;
  }

  /** Multiply-adds of the output head for a token that logits are wanted of. */
  public long headMultiplyAdds() {
    return headMultiplyAdds;
  }

  /**
   * Bytes that a step of decoding touches: the weights once, and for every sequence the cached
   * tokens that its layers see.
   *
   * @param batch sequences
   * @param depth tokens in the cache of each
   */
  public long decodeBytes(int batch, long depth) {
    return weightBytes + batch * cacheBytes(depth);
  }

  private long cacheBytes(long depth) {
    long seen = 0;
    for (int layer = 0; layer < config.numHiddenLayers(); layer++) {
      seen += SeenTokens.before(config.masks().mask(layer), depth);
    }
    return Math.ceilDiv(seen * cache.bytesPerToken(), config.numHiddenLayers());
  }

  /**
   * Operations, two a multiply-add, of a step of decoding.
   *
   * @param batch sequences
   * @param depth tokens in the cache of each
   */
  public double decodeOperations(int batch, long depth) {
    return batch * prefillOperations(1, depth);
  }

  /**
   * Operations, two a multiply-add, of reading a prompt of one sequence, whose last token alone
   * gets logits.
   *
   * @param tokens the prompt's
   * @param depth tokens that are in the cache before
   */
  public double prefillOperations(int tokens, long depth) {
    AttentionShape shape = config.attention().shape();
    double pairs = 0;
    for (int layer = 0; layer < config.numHiddenLayers(); layer++) {
      pairs += SeenTokens.pairs(config.masks().mask(layer), depth, tokens);
    }
    return 2
        * ((double) layerMultiplyAdds * tokens
            + headMultiplyAdds
            + pairs * shape.multiplyAddsPerPair());
  }
}
