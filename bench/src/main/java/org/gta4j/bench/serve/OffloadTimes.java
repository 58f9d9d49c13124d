package org.gta4j.bench.serve;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.gta4j.cache.BlockPool;
import org.gta4j.cache.CacheLayout;
import org.gta4j.cache.CacheType;
import org.gta4j.cache.PrefixCache;
import org.gta4j.cache.SequenceCache;
import org.gta4j.cache.StoreTraffic;
import org.gta4j.cache.disk.DiskTier;
import org.gta4j.model.ModelConfig;
import org.gta4j.model.Preset;

/**
 * What it takes to put an idle conversation of 8 192 tokens on a disk and to fetch it back, and how
 * many such conversations four gibibytes of memory hold.
 *
 * <p>{@code java -cp … org.gta4j.bench.serve.OffloadTimes [FOLDER]}
 */
public final class OffloadTimes {
  private static final int TOKENS = 8192;
  private static final long MEMORY = 4L << 30;
  private static final int ROUNDS = 5;

  private OffloadTimes() {}

  /** Prints a line for each shape and type of cache. */
  public static void main(String... args) throws IOException {
    Path folder = Path.of(args.length > 0 ? args[0] : System.getProperty("java.io.tmpdir"));
    for (String shape : new String[] {"gqa-1b", "gta-1b"}) {
      ModelConfig config = ModelConfig.read(Preset.named(shape).config());
      for (CacheType type : new CacheType[] {CacheType.F16, CacheType.Q8}) {
        CacheLayout layout =
            new CacheLayout(config.attention().shape(), config.numHiddenLayers(), type);
        System.out.printf("%s %s: %d conversations in 4 GiB%n", shape, type.label(), held(layout));
        for (int round = 0; round < ROUNDS; round++) {
          move(folder, layout);
        }
      }
    }
  }

  /** How many conversations a cache of that memory takes before it is full. */
  private static int held(CacheLayout layout) {
    int count = 0;
    try (BlockPool pool = new BlockPool(layout, (int) (MEMORY / layout.blockBytes()))) {
      while (new SequenceCache(pool).reserve(TOKENS)) {
        count++;
      }
    }
    return count;
  }

  private static void move(Path folder, CacheLayout layout) throws IOException {
    int[] ids = IntStream.range(0, TOKENS).toArray();
    int blocks = CacheLayout.blocksFor(TOKENS);
    Path own = Files.createTempDirectory(folder, "offload");
    try (BlockPool pool = new BlockPool(layout, blocks);
        PrefixCache prefixes =
            new PrefixCache(pool, DiskTier.open(own, 2L * blocks * layout.blockBytes(), layout))) {
      try (SequenceCache text = new SequenceCache(pool)) {
        text.reserve(TOKENS);
        for (int i = 0; i < blocks; i++) {
          pool.block(text.block(i)).fill((byte) i);
        }
        text.advance(TOKENS);
        prefixes.insert("", ids, text);
      }
      prefixes.evict(blocks);
      try (SequenceCache again = prefixes.match("", ids, TOKENS)) {
        StoreTraffic traffic = prefixes.traffic();
        System.out.printf(
            "  %d tokens: %.0f MB out in %.0f ms, %.0f MB in in %.0f ms%n",
            again.length(),
            traffic.bytesOut() / 1e6,
            traffic.nanosOut() / 1e6,
            traffic.bytesIn() / 1e6,
            traffic.nanosIn() / 1e6);
      }
    } finally {
      Files.deleteIfExists(own);
    }
  }
}
