package org.gta4j.spark;

import java.io.Serializable;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.gta4j.cache.CacheLayout;
import org.gta4j.cache.CacheType;
import org.gta4j.generate.EngineSettings;
import org.gta4j.generate.LanguageModel;
import org.gta4j.generate.LoadOptions;
import org.gta4j.ops.Activations;
import org.gta4j.ops.Backends;

/**
 * Which engine an executor is to have. Tasks that ask for equal ones share one.
 *
 * @param model where the model is
 * @param backend what computes: {@code auto}, {@code native}, {@code vector} or {@code scalar}
 * @param threads how many threads share an operation; 0: one a processor that the executor sees
 * @param cacheType what keys and values are cached as
 * @param cacheBytes how much memory they may take; it is taken as it is needed
 * @param context how many ids a text may have; 0: as many as the model was made for
 * @param activations what the inputs of linear layers are computed on as
 * @param parallel how many texts are computed together at most
 */
record EngineOptions(
    ModelLocation model,
    String backend,
    int threads,
    CacheType cacheType,
    long cacheBytes,
    int context,
    Activations activations,
    int parallel)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Sizes as Spark writes them, and longer names for the same. */
  private static final Pattern SIZE = Pattern.compile("(\\d+)([kmgt]?)(i?b)?");

  /** How many texts may wait: tasks hold back by themselves, so this is never reached. */
  private static final int WAITING = 1 << 20;

  /** Checks the ranges that nothing else checks on the driver. */
  EngineOptions {
    if (threads < 0) {
      throw new IllegalArgumentException(
          "threads: expected an integer from 0 on, found " + threads);
    }
    if (context < 0 || context == 1) {
      throw new IllegalArgumentException(
          "context: expected 0 or an integer from 2 on, found " + context);
    }
    if (parallel < 1) {
      throw new IllegalArgumentException(
          "parallel: expected an integer from 1 on, found " + parallel);
    }
    if (!List.of(Backends.AUTO, "native", "vector", "scalar").contains(backend)) {
      throw new IllegalArgumentException(
          "backend: expected auto, native, vector or scalar, found " + backend);
    }
  }

  /**
   * The bytes of a size such as {@code 512m}.
   *
   * @throws IllegalArgumentException if it is none
   */
  static long bytes(String size) {
    Matcher found = SIZE.matcher(size.strip().toLowerCase(Locale.ROOT));
    if (found.matches()) {
      try {
        long bytes =
            Math.multiplyExact(
                Long.parseLong(found.group(1)),
                1L << (10 * " kmgt".indexOf((found.group(2) + " ").charAt(0))));
        if (bytes > 0) {
          return bytes;
        }
      } catch (ArithmeticException | NumberFormatException e) {
        throw wrongSize(size);
      }
    }
    throw wrongSize(size);
  }

  private static IllegalArgumentException wrongSize(String size) {
    return new IllegalArgumentException(
        "cacheMemory: expected a size such as 2g or 512m, found " + size);
  }

  /**
   * How many rows a task begins before it waits for the first: enough that texts still run beside
   * it where the first takes long, and others have ended.
   */
  int window() {
    return 2 * parallel;
  }

  /** Loads the model. */
  LanguageModel load() {
    return LanguageModel.load(
        model.path(),
        new LoadOptions(
            backend,
            threads == 0 ? Backends.defaultThreads() : threads,
            cacheType,
            context == 0 ? Optional.empty() : Optional.of(context),
            activations));
  }

  /** The settings of an engine of the loaded model. */
  EngineSettings settings(LanguageModel loaded) {
    CacheLayout layout = loaded.cacheLayout();
    long whole = (long) CacheLayout.blocksFor(loaded.contextLength()) * layout.blockBytes();
    long most = Math.min(cacheBytes, whole * parallel);
    return new EngineSettings(Math.max(most, layout.blockBytes()), parallel, WAITING, true);
  }
}
