package org.gta4j.cli;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import org.gta4j.cache.CacheLayout;
import org.gta4j.checkpoint.Checkpoint;
import org.gta4j.generate.LanguageModel;
import org.gta4j.generate.LoadOptions;
import org.gta4j.model.ModelConfig;

/**
 * Compares what a model and its cache take with the machine's memory, before the machine finds out.
 * The cache is taken block by block as a text grows, so of it only what this run can need is
 * refused.
 */
final class MemoryCheck {
  /**
   * Below this nobody needs to ask; asking loads the JVM's management, which a start would feel.
   */
  private static final long SMALL = 1L << 29;

  /** From here on people wait for a model, and may wonder what for. */
  private static final long WORTH_TELLING = 64L << 20;

  private MemoryCheck() {}

  /**
   * Says what a model will take, if that is much, and refuses one whose weights are larger than the
   * machine's memory.
   */
  static void model(Terminal terminal, Checkpoint checkpoint, LoadOptions options, String name) {
    long weights = checkpoint.weights().bytes();
    if (weights < WORTH_TELLING) {
      return;
    }
    long memory = physicalBytes();
    if (weights > memory) {
      throw new RefusedException(
          "%s: its weights take %s, this machine has %s of memory: try weights of fewer bits"
              .formatted(name, Numbers.bytes(weights), Numbers.bytes(memory)));
    }
    ModelConfig config = ModelConfig.read(checkpoint.config());
    CacheLayout cache =
        new CacheLayout(config.attention().shape(), config.numHiddenLayers(), options.cacheType());
    int context = options.context().orElse(config.contextLength());
    terminal.say(
        "%s: %s of weights; the cache takes %s a token, %s for a whole context of %d; this machine has %s of memory"
            .formatted(
                name,
                Numbers.bytes(weights),
                Numbers.bytes(cache.bytesPerToken()),
                Numbers.bytes(cache.bytesPerToken() * context),
                context,
                Numbers.bytes(memory)));
  }

  /**
   * Refuses a run whose cache cannot fit beside the weights.
   *
   * @param tokens how many tokens the sequence may have in the end
   */
  static void cache(Terminal terminal, LanguageModel model, ModelOptions options, long tokens) {
    long bytesPerToken = model.cacheLayout().bytesPerToken();
    long context = model.contextLength() * bytesPerToken;
    if (context < SMALL) {
      return;
    }
    long memory = physicalBytes();
    long weights = model.weightsBytes();
    long asked = Math.min(tokens, model.contextLength());
    long needed = asked * bytesPerToken;
    if (needed > memory - weights) {
      throw new RefusedException(
          "the cache of %d tokens at %d bytes takes %s beside %s of weights, this machine has %s of memory: ask for fewer tokens%s"
              .formatted(
                  asked,
                  bytesPerToken,
                  Numbers.bytes(needed),
                  Numbers.bytes(weights),
                  Numbers.bytes(memory),
                  model.cacheLayout().type().hasScales() ? "" : ", or try --cache-type q8"));
    }
    if (context > memory - weights && options.isContextGiven()) {
      terminal.say(
          "a full context of %d tokens would take %s, this machine has %s of memory; these %d tokens take %s"
              .formatted(
                  model.contextLength(),
                  Numbers.bytes(context),
                  Numbers.bytes(memory),
                  asked,
                  Numbers.bytes(needed)));
    }
  }

  /** The machine's memory, or the container's where that is less. */
  static long physicalBytes() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
  }
}
