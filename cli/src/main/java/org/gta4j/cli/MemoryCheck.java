package org.gta4j.cli;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import org.gta4j.generate.LanguageModel;

/**
 * Compares what a cache may grow to with the machine's memory, before the machine finds out. The
 * cache is taken block by block as a text grows, so only what this run can need is refused.
 */
final class MemoryCheck {
  /**
   * Below this nobody needs to ask; asking loads the JVM's management, which a start would feel.
   */
  private static final long SMALL = 1L << 29;

  private MemoryCheck() {}

  /**
   * Refuses a run whose cache cannot fit.
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
    long needed = Math.min(tokens, model.contextLength()) * bytesPerToken;
    if (needed > memory) {
      throw new RefusedException(
          "the cache of %d tokens at %d bytes takes %s, this machine has %s of memory: ask for fewer tokens%s"
              .formatted(
                  Math.min(tokens, model.contextLength()),
                  bytesPerToken,
                  Numbers.bytes(needed),
                  Numbers.bytes(memory),
                  model.cacheLayout().dtype().bytes(1) > 2 ? ", or try --cache-type f16" : ""));
    }
    if (context > memory && options.isContextGiven()) {
      terminal.say(
          "a full context of %d tokens would take %s, this machine has %s of memory; these %d tokens take %s"
              .formatted(
                  model.contextLength(),
                  Numbers.bytes(context),
                  Numbers.bytes(memory),
                  Math.min(tokens, model.contextLength()),
                  Numbers.bytes(needed)));
    }
  }

  /** The machine's memory, or the container's where that is less. */
  private static long physicalBytes() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
  }
}
