package org.gta4j.measure;

import java.lang.foreign.Arena;
import java.util.List;
import java.util.SplittableRandom;
import org.gta4j.attention.AttentionMask;
import org.gta4j.attention.AttentionShape;
import org.gta4j.cache.BlockPool;
import org.gta4j.cache.CacheLayout;
import org.gta4j.cache.CacheType;
import org.gta4j.cache.RaggedBatch;
import org.gta4j.cache.SequenceCache;
import org.gta4j.ops.Ops;
import org.gta4j.tensor.FloatMatrix;

/**
 * How many pairs of tokens a second an attention of some shape meets here, measured.
 *
 * @param promptPairs of prompts, whose queries share what is read of the cache
 * @param decodePairs of a single query, with a cache that lies in memory
 */
public record AttentionRates(double promptPairs, double decodePairs) {
  private static final int DEPTH = 2048;
  private static final int ROWS = 256;

  /** More than the last-level cache that such a machine has for itself. */
  private static final long CACHE_BYTES = 96L << 20;

  private static final int MOST_LAYERS = 64;

  /** Long enough for a JVM to compile what it measures, where that is Java. */
  private static final long NANOS = 400_000_000;

  /** Measures both. */
  public static AttentionRates measure(Ops ops, AttentionShape shape, CacheType type) {
    long layerBytes = new CacheLayout(shape, 1, type).bytesPerToken() * DEPTH;
    int layers = Math.clamp(CACHE_BYTES / layerBytes, 1, MOST_LAYERS);
    CacheLayout layout = new CacheLayout(shape, layers, type);
    int blocks = CacheLayout.blocksFor(DEPTH + ROWS);
    try (BlockPool pool = new BlockPool(layout, blocks, ops.cacheMemory());
        SequenceCache sequence = new SequenceCache(pool);
        Arena arena = Arena.ofShared()) {
      SplittableRandom random = new SplittableRandom(3);
      // Keys and values of the new tokens are there too: attention reads them like the others.
      RandomRows.fill(ops, shape, layers, List.of(sequence), DEPTH + ROWS, random);
      Timing timing =
          new Timing(
              ops,
              shape,
              sequence,
              RandomRows.matrix(arena, ROWS, shape.queryWidth(), random),
              FloatMatrix.allocate(arena, ROWS, shape.attendedWidth()));
      double promptSeconds = timing.best(ROWS, 1);
      double decodeSeconds = timing.best(1, layers);
      double promptPairs = (double) ROWS * DEPTH + ROWS * (ROWS + 1) / 2.0;
      return new AttentionRates(
          promptPairs / promptSeconds, (DEPTH + 1.0) * layers / decodeSeconds);
    }
  }

  private record Timing(
      Ops ops,
      AttentionShape shape,
      SequenceCache sequence,
      FloatMatrix queries,
      FloatMatrix attended) {
    /** Seconds of the quickest of several runs: so many rows after the depth, in each layer. */
    double best(int rows, int layers) {
      sequence.truncate(DEPTH);
      sequence.reserve(rows);
      RaggedBatch batch = new RaggedBatch();
      batch.add(sequence, rows);
      float scale = (float) (1 / Math.sqrt(shape.keyDim()));
      long best = Long.MAX_VALUE;
      long end = System.nanoTime() + NANOS;
      do {
        long begin = System.nanoTime();
        for (int layer = 0; layer < layers; layer++) {
          ops.attention(
              shape,
              new AttentionMask.Causal(),
              scale,
              batch,
              layer,
              queries.heads(shape.maps()),
              attended.heads(shape.maps()));
        }
        best = Math.min(best, System.nanoTime() - begin);
      } while (System.nanoTime() < end);
      return best / 1e9;
    }
  }
}
