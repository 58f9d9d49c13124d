package org.gta4j.cache.disk;

import static org.gta4j.cache.FilledCaches.LAYOUT;

import java.nio.file.Path;
import org.gta4j.cache.BlockPool;
import org.gta4j.cache.FilledCaches;
import org.gta4j.cache.PrefixCache;
import org.gta4j.cache.SequenceCache;

/** Keeps blocks where the system lets no file grow beyond some size, and says what came of it. */
final class SmallDisk {
  private SmallDisk() {}

  public static void main(String[] arguments) {
    try (BlockPool pool = new BlockPool(LAYOUT, 40);
        PrefixCache prefixes =
            new PrefixCache(pool, DiskTier.open(Path.of(arguments[0]), 1 << 30, LAYOUT))) {
      int[] ids = FilledCaches.text(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18);
      for (int round = 0; round < 2; round++) {
        try (SequenceCache cache = prefixes.match("", ids, ids.length)) {
          FilledCaches.check("", ids, cache);
          FilledCaches.fill("", ids, cache, ids.length);
          prefixes.insert("", ids, cache);
        }
        System.out.println("evicted " + prefixes.evict(18));
        System.out.println("found " + prefixes.matched("", ids, ids.length));
      }
      System.out.println("used " + pool.usedBlocks());
    }
  }
}
