package org.gta4j.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.gta4j.cache.CacheType;
import org.gta4j.measure.MachineRates;
import org.gta4j.ops.Activations;
import org.gta4j.ops.Backends;
import org.gta4j.ops.Ops;
import org.gta4j.tensor.DType;

/**
 * Measures what the paper claims, GTA's gain in speed, over contexts and batches, all variants in
 * this engine, and writes {@code speed-claim.md} with its plots.
 *
 * <pre>
 * java -cp bench/target/gta4j-bench-VERSION.jar org.gta4j.bench.SpeedClaim docs [q8|q4] [MOST_CONTEXT]
 * </pre>
 */
public final class SpeedClaim {
  /** Shapes of one size: ours, then those it is compared with. */
  static final List<List<String>> SIZES =
      List.of(List.of("gta1-160m", "gqa-160m", "mla-160m"), List.of("gta-1b", "gqa-1b", "mla-1b"));

  static final List<Integer> CONTEXTS = List.of(512, 2048, 8192, 32_768, 131_072);
  static final List<Integer> BATCHES = List.of(1, 2, 4, 8, 16, 32);

  private SpeedClaim() {}

  /** Measures and writes. */
  public static void main(String[] args) throws IOException {
    if (args.length < 1 || args.length > 3 || !Files.isDirectory(Path.of(args[0]))) {
      throw new IllegalArgumentException(
          "expected the folder to write to, then q8 or q4, then the longest context");
    }
    Locale.setDefault(Locale.ROOT);
    Path folder = Path.of(args[0]);
    DType weights = weights(args.length > 1 ? args[1] : "q8");
    int most = args.length > 2 ? Integer.parseInt(args[2]) : CONTEXTS.getLast();
    List<Integer> contexts = CONTEXTS.stream().filter(context -> context <= most).toList();
    CacheType cache = CacheType.F16;
    SpeedClaimPage page = new SpeedClaimPage(String.join(" ", args), contexts, weights, cache);
    SpeedClaimPlots plots = new SpeedClaimPlots(contexts);
    for (List<String> names : SIZES) {
      try (Ops ops =
          Backends.choose(Backends.AUTO, Backends.defaultThreads(), Activations.AUTO).ops()) {
        MachineRates first = MachineRates.measure(ops, weights);
        page.machine(ops, first);
        List<SweepModel> models = new ArrayList<>();
        try {
          for (String name : names) {
            models.add(new SweepModel(name, weights, cache, ops));
          }
          measure(models, contexts, ops, first, page);
          page.size(models);
          plots.add(models);
        } finally {
          models.forEach(SweepModel::close);
        }
      }
    }
    plots.write(folder);
    Files.writeString(folder.resolve("speed-claim.md"), page.text());
  }

  private static DType weights(String name) {
    return switch (name) {
      case "q8" -> DType.Q8_0;
      case "q4" -> DType.Q4_0;
      default -> throw new IllegalArgumentException("expected q8 or q4, found " + name);
    };
  }

  private static void measure(
      List<SweepModel> models,
      List<Integer> contexts,
      Ops ops,
      MachineRates first,
      SpeedClaimPage page) {
    System.Logger log = System.getLogger(SpeedClaim.class.getName());
    Sweep sweep = new Sweep(models, BATCHES);
    sweep.measure(0, first);
    for (int context : contexts) {
      // What memory gives changes from minute to minute where others use the machine too.
      MachineRates now =
          new MachineRates(MachineRates.readingRate(ops), first.operationsPerSecond());
      log.log(
          System.Logger.Level.INFO,
          "%s and others after %,d tokens; memory is read at %.1f GB/s"
              .formatted(models.getFirst().name(), context, now.bytesPerSecond() / 1e9));
      page.reading(context, now);
      sweep.measure(context, now);
    }
  }
}
