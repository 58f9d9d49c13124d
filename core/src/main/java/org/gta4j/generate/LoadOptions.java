package org.gta4j.generate;

import java.util.Optional;
import org.gta4j.cache.CacheType;
import org.gta4j.ops.Activations;
import org.gta4j.ops.Backends;

/**
 * How a model is loaded.
 *
 * @param backend what computes: {@code auto}, {@code native}, {@code vector} or {@code scalar}
 * @param threads how many threads share an operation; at least 1
 * @param cacheType what keys and values are cached as
 * @param context how many ids a sequence may have; empty: as many as the model was made for
 * @param activations what the inputs of linear layers are computed on as
 */
public record LoadOptions(
    String backend,
    int threads,
    CacheType cacheType,
    Optional<Integer> context,
    Activations activations) {
  /** Checks the ranges. */
  public LoadOptions {
    if (threads < 1) {
      throw new IllegalArgumentException(
          "threads: expected an integer from 1 on, found " + threads);
    }
    if (context.isPresent() && context.get() < 2) {
      throw new IllegalArgumentException(
          "context: expected an integer from 2 on, found " + context.get());
    }
  }

  /** Options with activations in f32, the exact ones. */
  public LoadOptions(String backend, int threads, CacheType cacheType, Optional<Integer> context) {
    this(backend, threads, cacheType, context, Activations.F32);
  }

  /** The same with another type of cache. */
  public LoadOptions withCacheType(CacheType type) {
    return new LoadOptions(backend, threads, type, context, activations);
  }

  /**
   * The best backend, all processors, an f32 cache (exact; f16 and bf16 halve it, q8 quarters it),
   * the model's own context, and activations as they are fastest.
   */
  public static LoadOptions defaults() {
    return new LoadOptions(
        Backends.AUTO,
        Backends.defaultThreads(),
        CacheType.F32,
        Optional.empty(),
        Activations.AUTO);
  }
}
