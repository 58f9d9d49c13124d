package org.gta4j.spark;

import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.Param;
import org.gta4j.cache.CacheType;
import org.gta4j.ops.Activations;
import org.gta4j.ops.Backends;

/**
 * A transformer whose model computes: how it does. Transformers of one process that say the same
 * share an engine.
 *
 * @param <T> the transformer itself
 */
public abstract class EngineTransformer<T extends EngineTransformer<T>> extends GtaTransformer<T> {
  private static final long serialVersionUID = 1L;

  private final Param<String> backend;
  private final IntParam threads;
  private final IntParam parallel;
  private final Param<String> cacheType;
  private final Param<String> cacheMemory;
  private final IntParam context;
  private final Param<String> activations;

  /** A transformer, as {@link GtaTransformer}'s. */
  @SuppressWarnings("this-escape") // what Spark's class does with it is to note the values
  EngineTransformer(String uid, String output, String outputMeaning) {
    super(uid, output, outputMeaning);
    backend =
        new Param<>(uid, "backend", "What computes: auto, native, vector or scalar in executors.");
    threads =
        new IntParam(
            uid,
            "threads",
            "How many threads share the work in an executor; 0: one a processor that it sees.");
    parallel =
        new IntParam(
            uid, "parallel", "How many texts an executor computes together at most; more wait.");
    cacheType =
        new Param<>(uid, "cacheType", "What keys and values are cached as: " + CacheType.labels());
    cacheMemory =
        new Param<>(
            uid,
            "cacheMemory",
            "How much memory keys and values may take in an executor, beside Java's heap, such as 2g; it is taken as it is needed.");
    context =
        new IntParam(uid, "context", "How many tokens a text may have; 0: as the model was made.");
    activations =
        new Param<>(
            uid,
            "activations",
            "What the inputs of layers are computed on as: f32, or auto, which takes 8 bits for quantized weights where that is faster.");
    setDefault(backend, Backends.AUTO);
    setDefault(threads, 0);
    setDefault(parallel, 32);
    setDefault(cacheType, CacheType.F32.label());
    setDefault(cacheMemory, "1g");
    setDefault(context, 0);
    setDefault(activations, "auto");
  }

  /** What computes. */
  public Param<String> backend() {
    return backend;
  }

  /** How many threads share the work. */
  public IntParam threads() {
    return threads;
  }

  /** How many texts are computed together. */
  public IntParam parallel() {
    return parallel;
  }

  /** What keys and values are cached as. */
  public Param<String> cacheType() {
    return cacheType;
  }

  /** How much memory keys and values may take. */
  public Param<String> cacheMemory() {
    return cacheMemory;
  }

  /** How many tokens a text may have. */
  public IntParam context() {
    return context;
  }

  /** What the inputs of layers are computed on as. */
  public Param<String> activations() {
    return activations;
  }

  /** Sets what computes: {@code auto}, {@code native}, {@code vector} or {@code scalar}. */
  public T setBackend(String value) {
    return with(backend, value);
  }

  /** Sets how many threads share the work in an executor; 0: one a processor that it sees. */
  public T setThreads(int value) {
    return with(threads, value);
  }

  /** Sets how many texts an executor computes together at most. */
  public T setParallel(int value) {
    return with(parallel, value);
  }

  /**
   * Sets what keys and values are cached as: {@code f32}, {@code f16}, {@code bf16}, {@code q8}.
   */
  public T setCacheType(String value) {
    return with(cacheType, value);
  }

  /**
   * Sets how much memory keys and values may take in an executor, beside Java's heap: {@code 2g},
   * {@code 512m}.
   */
  public T setCacheMemory(String value) {
    return with(cacheMemory, value);
  }

  /** Sets how many tokens a text may have; 0: as the model was made. */
  public T setContext(int value) {
    return with(context, value);
  }

  /** Sets what the inputs of layers are computed on as: {@code auto} or {@code f32}. */
  public T setActivations(String value) {
    return with(activations, value);
  }

  /**
   * The engine that executors are to have.
   *
   * @throws IllegalArgumentException if a parameter cannot be as it is
   */
  final EngineOptions engine(ModelLocation location) {
    String precision = value(activations);
    if (!precision.equals("auto") && !precision.equals("f32")) {
      throw new IllegalArgumentException("activations: expected auto or f32, found " + precision);
    }
    String type = value(cacheType);
    return new EngineOptions(
        location,
        value(backend),
        count(threads),
        CacheType.named(type)
            .orElseThrow(() ->
                new IllegalArgumentException(
                    "cacheType: expected %s, found %s".formatted(CacheType.labels(), type))),
        EngineOptions.bytes(value(cacheMemory)),
        count(context),
        precision.equals("f32") ? Activations.F32 : Activations.AUTO,
        count(parallel));
  }
}
