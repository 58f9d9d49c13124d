package org.gta4j.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Consumer;
import org.gta4j.cache.CacheType;
import org.gta4j.cost.StepCost;
import org.gta4j.measure.MachineRates;
import org.gta4j.measure.Samples;
import org.gta4j.measure.TimedSteps;

/**
 * Times one model case by case, and the peer in turns with it, so that what disturbs the machine
 * disturbs both.
 */
final class BenchRun {
  /** Before anything counts, so long, and so many times: until a JVM has compiled what it runs. */
  private static final long WARM_NANOS = 1_500_000_000;

  private static final int WARM_TIMES = 2;
  private static final int WARM_PROMPT = 256;
  private static final int WARM_GENERATED = 16;

  private final BenchModel model;
  private final StepCost cost;
  private final CacheType cacheType;
  private final MachineRates rates;
  private final Optional<LlamaCpp> peer;
  private final int repetitions;
  private final Consumer<String> news;

  /**
   * A run.
   *
   * @param news gets what is being done
   */
  BenchRun(
      BenchModel model,
      CacheType cacheType,
      MachineRates rates,
      Optional<LlamaCpp> peer,
      int repetitions,
      Consumer<String> news) {
    this.model = model;
    this.cacheType = cacheType;
    this.rates = rates;
    this.peer = peer;
    this.repetitions = repetitions;
    this.news = news;
    cost = new StepCost(model.decoder().config(), model.checkpoint().weights(), cacheType);
  }

  /**
   * What came out of a case.
   *
   * @param wanted the case
   * @param own our speeds
   * @param peer the peer's
   * @param bytesPerToken bytes that decoding a token touches
   * @param prefillFloor the floor's share of prefill's time
   * @param decodeFloor the floor's share of decoding's time
   */
  record Result(
      BenchCase wanted,
      BenchCase.Speeds own,
      BenchCase.Speeds peer,
      OptionalDouble bytesPerToken,
      OptionalDouble prefillFloor,
      OptionalDouble decodeFloor) {}

  /**
   * Times a batch at a depth.
   *
   * @param prompts tokens of the prompts to read, one case each; where there are none, one case
   *     that only decodes
   */
  void time(List<Integer> prompts, int generate, int batch, int depth, Consumer<Result> results) {
    int room = Math.max(generate, prompts.stream().mapToInt(Integer::intValue).max().orElse(0));
    try (TimedSteps steps =
        new TimedSteps(model.decoder(), cacheType, batch, depth, Math.max(room, WARM_GENERATED))) {
      warmUp(steps, prompts, generate);
      Samples decode = new Samples();
      Samples peerDecode = new Samples();
      Map<Integer, Samples> prefill = new LinkedHashMap<>();
      Map<Integer, Samples> peerPrefill = new LinkedHashMap<>();
      List<Integer> cases = prompts.isEmpty() ? List.of(0) : prompts;
      for (int repetition = 1; repetition <= repetitions; repetition++) {
        for (int prompt : cases) {
          boolean first = prompt == cases.getFirst();
          BenchCase wanted = new BenchCase(prompt, first ? generate : 0, batch, depth);
          news.accept(
              "batch %d, depth %d, prompt %d: %d of %d"
                  .formatted(batch, depth, prompt, repetition, repetitions));
          if (prompt > 0) {
            prefill
                .computeIfAbsent(prompt, p -> new Samples())
                .add(wanted.promptTokens() / steps.prefill(prompt));
          }
          if (wanted.generate() > 0) {
            decode.add(wanted.generatedTokens() / steps.decode(generate));
          }
          if (peer.isPresent()) {
            BenchCase.Speeds theirs = peer.get().run(wanted);
            peerPrefill.computeIfAbsent(prompt, p -> new Samples()).add(theirs.prefill());
            peerDecode.add(theirs.decode());
          }
        }
      }
      for (int prompt : cases) {
        results.accept(
            result(
                new BenchCase(prompt, generate, batch, depth),
                new BenchCase.Speeds(median(prefill, prompt), decode.median()),
                new BenchCase.Speeds(median(peerPrefill, prompt), peerDecode.median())));
      }
    }
  }

  private static OptionalDouble median(Map<Integer, Samples> samples, int prompt) {
    Samples found = samples.get(prompt);
    return found == null ? OptionalDouble.empty() : found.median();
  }

  private void warmUp(TimedSteps steps, List<Integer> prompts, int generate) {
    news.accept("warming up");
    int prompt = prompts.stream().mapToInt(p -> Math.min(p, WARM_PROMPT)).max().orElse(0);
    long begin = System.nanoTime();
    for (int times = 0; times < WARM_TIMES || System.nanoTime() - begin < WARM_NANOS; times++) {
      if (prompt > 0) {
        steps.prefill(prompt);
      }
      if (generate > 0) {
        steps.decode(WARM_GENERATED);
      }
    }
  }

  /** The share that the floor has of what was measured, at the rates of this machine. */
  Result result(BenchCase wanted, BenchCase.Speeds own, BenchCase.Speeds theirs) {
    OptionalDouble bytes = OptionalDouble.empty();
    OptionalDouble decodeFloor = OptionalDouble.empty();
    if (own.decode().isPresent()) {
      // In the middle of what is decoded.
      long depth = wanted.depth() + wanted.generate() / 2L;
      double perToken = (double) cost.decodeBytes(wanted.batch(), depth) / wanted.batch();
      bytes = OptionalDouble.of(perToken);
      decodeFloor =
          OptionalDouble.of(perToken / rates.bytesPerSecond() * own.decode().getAsDouble());
    }
    OptionalDouble prefillFloor = OptionalDouble.empty();
    if (own.prefill().isPresent()) {
      double perToken = cost.prefillOperations(wanted.prompt(), wanted.depth()) / wanted.prompt();
      prefillFloor =
          OptionalDouble.of(perToken / rates.operationsPerSecond() * own.prefill().getAsDouble());
    }
    return new Result(wanted, own, theirs, bytes, prefillFloor, decodeFloor);
  }
}
