package org.gta4j.bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import org.gta4j.cache.CacheType;
import org.gta4j.measure.MachineRates;
import org.gta4j.ops.Ops;
import org.gta4j.tensor.DType;

/** The page that a sweep becomes. */
final class SpeedClaimPage {
  private final String arguments;
  private final List<Integer> contexts;
  private final DType weights;
  private final CacheType cache;
  private final StringBuilder text = new StringBuilder();
  private final StringBuilder machine = new StringBuilder();
  private final StringBuilder held = new StringBuilder();
  private final Map<Integer, Double> reading = new LinkedHashMap<>();

  /**
   * An empty page.
   *
   * @param arguments what the sweep was started with
   */
  SpeedClaimPage(String arguments, List<Integer> contexts, DType weights, CacheType cache) {
    this.arguments = arguments;
    this.contexts = contexts;
    this.weights = weights;
    this.cache = cache;
  }

  /** What runs, and how fast the machine is. */
  void machine(Ops ops, MachineRates rates) {
    machine.setLength(0);
    machine.append(
        "%s. The machine reads %.1f GB/s and multiplies at %.0f G operations/s at best.%n"
            .formatted(
                ops.describe(weights.isQuantized()),
                rates.bytesPerSecond() / 1e9,
                rates.operationsPerSecond() / 1e9));
  }

  /** How fast memory was read before models were measured at a context. */
  void reading(int context, MachineRates rates) {
    reading.put(context, rates.bytesPerSecond());
  }

  /** The size in models' names. */
  static String suffix(List<SweepModel> models) {
    String name = models.getFirst().name();
    return name.substring(name.indexOf('-') + 1);
  }

  /** The results of one size, ours first. */
  void size(List<SweepModel> models) {
    SweepModel own = models.getFirst();
    String suffix = suffix(models);
    text.append("%n## %s%n".formatted(suffix.toUpperCase(Locale.ROOT)));
    for (SweepModel other : models.subList(1, models.size())) {
      decoding(own, other);
    }
    text.append(
        "%n![Gain of decoding](speed-claim-gain-%1$s.svg)%n![Decoding](speed-claim-decode-%1$s.svg)%n"
            .formatted(suffix));
    prompts(models);
    text.append("%n![Reading prompts](speed-claim-prompts-%s.svg)%n".formatted(suffix));
    held.append(SpeedClaimSummary.rows(models, contexts));
  }

  private void decoding(SweepModel own, SweepModel other) {
    text.append("%n### Decoding: %s against %s%n%n".formatted(own.name(), other.name()));
    text.append(
        "Tokens a second of all sequences, ours / the other's, and **gain** (predicted).%n%n"
            .formatted());
    table((context, batch) -> {
      Optional<SweepPoint> ours = own.point(context, batch);
      Optional<SweepPoint> theirs = other.point(context, batch);
      if (ours.isEmpty()) {
        return "";
      }
      if (theirs.isEmpty()) {
        return "%.1f / no room".formatted(ours.get().decodeTokensPerSecond());
      }
      return "%.1f / %.1f **%.2f** (%.2f)"
          .formatted(
              ours.get().decodeTokensPerSecond(),
              theirs.get().decodeTokensPerSecond(),
              gain(ours.get(), theirs.get()),
              predicted(ours.get(), theirs.get()));
    });
  }

  /** How many times faster we are. */
  static double gain(SweepPoint ours, SweepPoint theirs) {
    return ours.decodeTokensPerSecond() / theirs.decodeTokensPerSecond();
  }

  /** The same as the least that a step takes has it. */
  static double predicted(SweepPoint ours, SweepPoint theirs) {
    return theirs.floorSeconds() / ours.floorSeconds();
  }

  private void table(BiFunction<Integer, Integer, String> cell) {
    text.append("| tokens in the cache (GB/s then) |");
    SpeedClaim.BATCHES.forEach(batch -> text.append(" %d |".formatted(batch)));
    text.append("%n|---|%s%n".formatted("---|".repeat(SpeedClaim.BATCHES.size())));
    for (int context : contexts) {
      text.append("| %d (%.0f) |".formatted(context, reading.getOrDefault(context, 0.0) / 1e9));
      SpeedClaim.BATCHES.forEach(
          batch -> text.append(" %s |".formatted(cell.apply(context, batch))));
      text.append("%n".formatted());
    }
  }

  private void prompts(List<SweepModel> models) {
    SweepModel own = models.getFirst();
    text.append(
        "%n### Reading a prompt%n%nTokens a second of a whole prompt, and our gain".formatted());
    text.append(" (predicted by operations).%n%n| tokens |".formatted());
    models.forEach(model -> text.append(" %s |".formatted(model.name())));
    models.stream().skip(1).forEach(model -> text.append(" against %s |".formatted(model.name())));
    text.append("%n|---|%s%n".formatted("---|".repeat(2 * models.size() - 1)));
    for (int tokens : contexts) {
      text.append("| %d |".formatted(tokens));
      for (SweepModel model : models) {
        text.append(
            model.promptSeconds(tokens).map(s -> " %.1f |".formatted(tokens / s)).orElse(" |"));
      }
      for (SweepModel other : models.subList(1, models.size())) {
        text.append(
            own.promptSeconds(tokens).isPresent() && other.promptSeconds(tokens).isPresent()
                ? " **%.2f** (%.2f) |"
                    .formatted(
                        other.promptSeconds(tokens).get() / own.promptSeconds(tokens).get(),
                        other.cost().prefillOperations(tokens, 0)
                            / own.cost().prefillOperations(tokens, 0))
                : " |");
      }
      text.append("%n".formatted());
    }
  }

  /** The whole page. */
  String text() {
    return """
    # The speed claim, measured

    The paper promises twice the speed from a cache that is 70 %% smaller and attention that multiplies 62.5 %% less.
    Weights and everything linear cost GTA what they cost GQA, so the gain depends on how much of the work is the
    cache's: on the context and the batch. This page is written by

        ./mvnw -pl bench -am package -DskipTests
        java -cp bench/target/gta4j-bench-0.1.0-SNAPSHOT.jar org.gta4j.bench.SpeedClaim %s

    Random weights of the paper's shapes (and of MLA, absorbed, in the size of its 1B models), %s, cache %s, all
    variants in this engine, taking turns sample by sample where their caches fit side by side; medians of five
    samples, of three where those take long. %s
    A step of decoding is predicted to take the longer of two times: its bytes at the rate that memory was read at before
    that context was measured, and its operations at the best rate of matrix products. A prompt is predicted by its
    operations. Attention is computed in f32, at a fifth of that rate, which no prediction knows. Caches of more than
    10 GB were left out, and of several sequences those of more than 5.6 GB; columns are sequences. A prompt's time is
    put together from pieces of it, timed after fewer tokens and after more.

    ## Where it holds

    Against GQA, by the share that the cache has of what GQA reads in a step:

    | size | work | measurements | gain | of what was predicted |
    |---|---|---|---|---|
    %s
    """
            .formatted(
                arguments, weights.label(), cache.label(), machine, held.toString().stripTrailing())
        + text;
  }
}
