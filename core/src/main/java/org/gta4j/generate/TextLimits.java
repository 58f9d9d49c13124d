package org.gta4j.generate;

import org.gta4j.cache.CacheLayout;
import org.gta4j.model.ModelConfig;
import org.gta4j.model.rope.RotaryEmbedding;

/** What a model and its context say about the length of texts. */
final class TextLimits {
  private final int[] endIds;
  private final int contextLength;
  private final RotaryEmbedding rotary;
  private final boolean alwaysAlike;

  TextLimits(ModelConfig config, int contextLength) {
    endIds = config.endIds().stream().mapToInt(Integer::intValue).toArray();
    rotary = config.rotary();
    this.contextLength = contextLength;
    alwaysAlike = isTurnedAlike(1, contextLength);
  }

  /** Whether the token ends a text. */
  boolean isEnd(int id) {
    for (int end : endIds) {
      if (end == id) {
        return true;
      }
    }
    return false;
  }

  /** How many ids a sequence may have. */
  int contextLength() {
    return contextLength;
  }

  /**
   * Whether texts of both lengths, and all between, are turned by the same frequencies: only then
   * does a token's result not depend on whether others are computed behind it in the same step.
   */
  boolean isTurnedAlike(int length, int otherLength) {
    return rotary.frequenciesOf(length) == rotary.frequenciesOf(otherLength);
  }

  /** Whether texts of all lengths are turned by the same frequencies. */
  boolean isTurnedAlike() {
    return alwaysAlike;
  }

  /** How many ids a request's text may come to. */
  int greatestLength(Request request) {
    return (int) Math.min(contextLength, (long) request.prompt().length + request.maxTokens());
  }

  /** How many blocks of the cache it may come to need. */
  int greatestBlocks(Request request) {
    return CacheLayout.blocksFor(greatestLength(request));
  }
}
