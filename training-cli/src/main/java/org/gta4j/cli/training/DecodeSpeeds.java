package org.gta4j.cli.training;

import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.gta4j.cache.CacheType;
import org.gta4j.checkpoint.AtomicOutput;
import org.gta4j.checkpoint.ConfigFile;
import org.gta4j.checkpoint.Json;
import org.gta4j.cli.MachineMemory;
import org.gta4j.cli.Numbers;
import org.gta4j.cli.Progress;
import org.gta4j.cli.RefusedException;
import org.gta4j.cli.Terminal;
import org.gta4j.measure.RandomWeights;
import org.gta4j.measure.Samples;
import org.gta4j.measure.TimedSteps;
import org.gta4j.model.Decoder;
import org.gta4j.ops.Activations;
import org.gta4j.ops.Backends;
import org.gta4j.ops.Ops;
import org.gta4j.tensor.DType;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * How fast the engine decodes after a long text, all variants taking turns. Weights are random:
 * speed does not depend on what they are.
 *
 * @param kernels what computed
 * @param context tokens in the cache of each sequence
 * @param weights the type of the matrices
 * @param cacheType what numbers are cached as
 * @param tokensPerSecond of all sequences together, by the variant's name and the number of
 *     sequences
 */
record DecodeSpeeds(
    String kernels,
    int context,
    String weights,
    String cacheType,
    Map<String, Map<Integer, Double>> tokensPerSecond) {
  /** Tokens in the cache of each sequence. */
  static final int CONTEXT = 8192;

  /** Sequences at once. */
  static final List<Integer> BATCHES = List.of(1, 8);

  /**
   * What matrices are of: a type without blocks, which every width of the feed-forward network can
   * have.
   */
  static final DType WEIGHTS = DType.BF16;

  /** What numbers are cached as. */
  static final CacheType CACHE = CacheType.F16;

  private static final String FILE = "decoding.json";
  private static final String SPEEDS = "tokens_per_second";
  private static final int REPETITIONS = 7;
  private static final int WARM_TOKENS = 64;
  private static final int TOKENS = 16;

  /**
   * Measures.
   *
   * @throws RefusedException if the models do not fit into this machine's memory side by side
   */
  static DecodeSpeeds measure(Terminal terminal, List<VariantOutcome> outcomes, int threads) {
    requireMemory(outcomes, MachineMemory.totalBytes());
    Map<String, Map<Integer, Double>> speeds = new TreeMap<>();
    int rounds = BATCHES.size() * outcomes.size() * (REPETITIONS + 1);
    try (Progress progress = new Progress(terminal, "decoding", rounds, "rounds");
        Ops ops = Backends.choose(Backends.AUTO, threads, Activations.AUTO).ops()) {
      int before = 0;
      for (int batch : BATCHES) {
        List<Timed> models = new ArrayList<>();
        try {
          for (VariantOutcome outcome : outcomes) {
            models.add(Timed.of(outcome, ops, batch));
            progress.at(++before);
          }
          for (int repetition = 0; repetition < REPETITIONS; repetition++) {
            for (Timed model : models) {
              model.samples.add(batch * TOKENS / model.steps.decode(TOKENS));
              progress.at(++before);
            }
          }
          for (Timed model : models) {
            speeds
                .computeIfAbsent(model.name, name -> new TreeMap<>())
                .put(batch, model.samples.median().orElseThrow());
          }
        } finally {
          models.forEach(Timed::close);
        }
      }
      return new DecodeSpeeds(ops.describe(false), CONTEXT, WEIGHTS.label(), CACHE.label(), speeds);
    }
  }

  /**
   * Refuses models that do not fit beside each other, as {@code gta bench} refuses one.
   *
   * @param memory bytes that the machine has
   */
  static void requireMemory(List<VariantOutcome> outcomes, long memory) {
    int batch = BATCHES.getLast();
    double needed = 0;
    for (VariantOutcome outcome : outcomes) {
      long weights = WEIGHTS.bytes(outcome.config().parameters());
      needed +=
          (double) TimedSteps.bytes(outcome.config(), CACHE, weights, batch, CONTEXT, WARM_TOKENS);
    }
    if (needed > memory) {
      throw new RefusedException(
          "--report: timing %d variants side by side, with %d sequences of %d tokens each, takes %s of memory, this machine has %s: write it on a larger one, or with fewer variants in the experiment's file"
              .formatted(
                  outcomes.size(),
                  batch,
                  CONTEXT + WARM_TOKENS,
                  Numbers.bytes((long) needed),
                  Numbers.bytes(memory)));
    }
  }

  /** The speed of a variant, where it was measured. */
  Optional<Double> of(String variant, int batch) {
    return Optional.ofNullable(tokensPerSecond.getOrDefault(variant, Map.of()).get(batch));
  }

  /** Notes them in an experiment's folder. */
  void write(Path folder) {
    ObjectNode json = Json.object();
    json.put("kernels", kernels);
    json.put("context", context);
    json.put("weights", weights);
    json.put("cache_type", cacheType);
    ObjectNode variants = json.putObject(SPEEDS);
    tokensPerSecond.forEach((variant, speeds) -> {
      ObjectNode node = variants.putObject(variant);
      speeds.forEach((batch, speed) -> node.put(Integer.toString(batch), Numbers.rounded(speed)));
    });
    AtomicOutput.write(folder.resolve(FILE), Json.toBytes(json));
  }

  /**
   * Those that a folder has noted.
   *
   * @throws org.gta4j.checkpoint.CheckpointException if the file is damaged
   */
  static Optional<DecodeSpeeds> read(Path folder) {
    Path file = folder.resolve(FILE);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    ObjectNode json = Json.readObject(file);
    ConfigFile root = ConfigFile.of(file.toString(), json);
    Map<String, Map<Integer, Double>> speeds = new TreeMap<>();
    for (Map.Entry<String, JsonNode> variant : json.path(SPEEDS).properties()) {
      Map<Integer, Double> known = new TreeMap<>();
      for (int batch : BATCHES) {
        JsonNode speed = variant.getValue().path(Integer.toString(batch));
        if (!speed.isNumber()) {
          throw root.wrong(SPEEDS, "a number for %d sequences each".formatted(batch), speed);
        }
        known.put(batch, speed.doubleValue());
      }
      speeds.put(variant.getKey(), known);
    }
    if (speeds.isEmpty()) {
      throw root.wrong(SPEEDS, "numbers by the names of variants", json.path(SPEEDS));
    }
    return Optional.of(
        new DecodeSpeeds(
            text(root, json, "kernels"),
            (int) root.positive("context", 0),
            text(root, json, "weights"),
            text(root, json, "cache_type"),
            speeds));
  }

  private static String text(ConfigFile root, ObjectNode json, String key) {
    JsonNode value = json.path(key);
    if (!value.isString()) {
      throw root.wrong(key, "a text", value);
    }
    return value.stringValue();
  }

  /** A model whose sequences are there, and what was measured of it. */
  private record Timed(String name, Arena arena, Decoder decoder, TimedSteps steps, Samples samples)
      implements AutoCloseable {
    @SuppressWarnings("MustBeClosedChecker") // closed with what is returned
    static Timed of(VariantOutcome outcome, Ops ops, int batch) {
      Arena arena = Arena.ofShared();
      Decoder decoder;
      try {
        decoder =
            new Decoder(
                outcome.config(),
                RandomWeights.of(outcome.name(), outcome.config(), WEIGHTS, arena),
                ops);
      } catch (RuntimeException | Error e) {
        arena.close();
        throw e;
      }
      TimedSteps steps;
      try {
        steps = new TimedSteps(decoder, CACHE, batch, CONTEXT, WARM_TOKENS);
      } catch (RuntimeException | Error e) {
        decoder.close();
        arena.close();
        throw e;
      }
      Timed timed = new Timed(outcome.name(), arena, decoder, steps, new Samples());
      try {
        steps.decode(WARM_TOKENS);
        return timed;
      } catch (RuntimeException | Error e) {
        timed.close();
        throw e;
      }
    }

    @Override
    public void close() {
      steps.close();
      decoder.close();
      arena.close();
    }
  }
}
