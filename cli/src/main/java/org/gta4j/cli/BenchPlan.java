package org.gta4j.cli;

import java.util.List;
import java.util.Optional;
import org.gta4j.cache.CacheType;
import org.gta4j.measure.TimedSteps;
import org.gta4j.model.ModelConfig;

/**
 * What is to be timed.
 *
 * @param prompts tokens of the prompts, without 0
 * @param generate tokens that each sequence decodes; 0: none
 * @param batches sequences at once
 * @param depths tokens that are in the cache before
 * @param repetitions how often each is timed
 */
record BenchPlan(
    List<Integer> prompts,
    int generate,
    List<Integer> batches,
    List<Integer> depths,
    int repetitions) {
  /** Tokens that a sequence is longer than its depth, at most. */
  int room() {
    return Math.max(generate, prompts.stream().mapToInt(Integer::intValue).max().orElse(0));
  }

  /** Tokens that the longest sequence has. */
  long longest() {
    return depths.stream().mapToLong(Integer::longValue).max().orElse(0) + room();
  }

  /** How many times sequences are made. */
  int cases() {
    return batches.size() * depths.size();
  }

  /**
   * Checks that all of it fits into this machine's memory.
   *
   * @param weights bytes of the weights as they are stored
   * @throws RefusedException if it does not
   */
  void requireMemory(ModelConfig config, CacheType cacheType, long weights) {
    long memory = MemoryCheck.physicalBytes();
    for (int batch : batches) {
      for (int depth : depths) {
        long needed = TimedSteps.bytes(config, cacheType, weights, batch, depth, room());
        if (needed > memory) {
          throw new RefusedException(
              "%d %s of %d tokens: cache and logits take %s, the weights %s and their packed copy as much, this machine has %s of memory: ask for fewer, or a smaller --cache-type"
                  .formatted(
                      batch,
                      batch == 1 ? "sequence" : "sequences",
                      depth + room(),
                      Numbers.bytes(needed - 2 * weights),
                      Numbers.bytes(weights),
                      Numbers.bytes(memory)));
        }
      }
    }
  }

  /** What is worth knowing where sequences are longer than the model was made for. */
  Optional<String> warning(ModelConfig config) {
    return longest() > config.contextLength()
        ? Optional.of(
            "sequences of %d tokens are more than the %d that this model was made for: that is its speed, and no use"
                .formatted(longest(), config.contextLength()))
        : Optional.empty();
  }
}
