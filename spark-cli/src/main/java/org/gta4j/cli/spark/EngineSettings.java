package org.gta4j.cli.spark;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.gta4j.cli.ByteSizes;
import org.gta4j.cli.Check;
import org.gta4j.cli.ModelOptions;
import org.gta4j.cli.Setting;
import org.gta4j.cli.Verb;
import org.gta4j.generate.LoadOptions;
import org.gta4j.ops.Activations;
import org.gta4j.spark.EngineTransformer;

/** The options of an executor's engine. */
final class EngineSettings {
  private static final int USUAL_PARALLEL = 32;
  private static final String USUAL_MEMORY = "1g";
  private static final Pattern SPARK_SIZE = Pattern.compile("[1-9][0-9]{0,9}[kKmMgGtT]");

  private final Setting<Integer> parallel =
      Setting.integer(
          "--parallel",
          "N",
          "How many texts an executor computes together at most (default: %d)."
              .formatted(USUAL_PARALLEL));
  private final Setting<String> cacheMemory =
      Setting.text(
          "--cache-memory",
          "SIZE",
          "How much memory keys and values may take in an executor, beside Java's heap (default: %s)."
              .formatted(USUAL_MEMORY));

  void addTo(Verb verb) {
    verb.add(parallel, cacheMemory);
  }

  /** Gives a transformer what was asked for. */
  <T extends EngineTransformer<T>> T of(T transformer, ModelOptions options) {
    LoadOptions load = options.loadOptions();
    T engine =
        transformer
            .setBackend(load.backend())
            .setThreads(options.isThreadsGiven() ? load.threads() : 0)
            .setCacheType(load.cacheType().label())
            .setActivations(load.activations() == Activations.F32 ? "f32" : "auto")
            .setParallel(Check.count(parallel, 1, USUAL_PARALLEL))
            .setCacheMemory(cacheMemory());
    return load.context().isPresent() ? engine.setContext(load.context().get()) : engine;
  }

  /** A size as Spark has them, or of the kind that other verbs take. */
  private String cacheMemory() {
    String size = cacheMemory.or(USUAL_MEMORY).strip();
    return SPARK_SIZE.matcher(size).matches()
        ? size
        : Long.toString(ByteSizes.parse("--cache-memory", size));
  }

  /** What of it results depend on. */
  Map<String, String> settings(ModelOptions options) {
    LoadOptions load = options.loadOptions();
    Map<String, String> settings = new TreeMap<>();
    settings.put("backend", load.backend());
    settings.put("cache_memory", cacheMemory()); // an answer ends where it is full
    settings.put("cache_type", load.cacheType().label());
    settings.put("activations", load.activations().name().toLowerCase(Locale.ROOT));
    settings.put("context", load.context().map(String::valueOf).orElse(""));
    return settings;
  }
}
