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

  /** What one model's cache may take. */
  static final long CACHE_BYTES = 10_000_000_000L;

  /** And of several sequences together, which take long to fill. */
  static final long BATCH_BYTES = 5_600_000_000L;

  private SpeedClaim() {}

  /** Measures and writes. */
  public static void main(String[] args) throws IOException {
    if (args.length < 1 || args.length > 3 || !Files.isDirectory(Path.of(args[0]))) {
      throw new IllegalArgumentException(
          "expected the folder to write to, then q8 or q4, then the longest context");
    }
    Locale.setDefault(Locale.ROOT);
    Path folder = Path.of(args[0]);
    DType weights = args.length > 1 && args[1].equals("q4") ? DType.Q4_0 : DType.Q8_0;
    int most = args.length > 2 ? Integer.parseInt(args[2]) : CONTEXTS.getLast();
    List<Integer> contexts = CONTEXTS.stream().filter(context -> context <= most).toList();
    CacheType cache = CacheType.F16;
    SpeedClaimPage page = new SpeedClaimPage(String.join(" ", args), contexts, weights, cache);
    for (List<String> names : SIZES) {
      try (Ops ops =
          Backends.choose(Backends.AUTO, Backends.defaultThreads(), Activations.AUTO).ops()) {
        page.machine(ops, MachineRates.measure(ops, weights));
        List<SweepModel> models = new ArrayList<>();
        try {
          for (String name : names) {
            models.add(new SweepModel(name, weights, cache, ops));
          }
          measure(models, contexts);
          page.size(models, folder);
        } finally {
          models.forEach(SweepModel::close);
        }
      }
    }
    Files.writeString(folder.resolve("speed-claim.md"), page.text());
  }

  private static void measure(List<SweepModel> models, List<Integer> contexts) {
    List<Integer> all = new ArrayList<>(contexts);
    all.addFirst(0);
    System.Logger log = System.getLogger(SpeedClaim.class.getName());
    for (int context : all) {
      for (SweepModel model : models) {
        log.log(System.Logger.Level.INFO, "%s after %d tokens".formatted(model.name(), context));
        model.measure(context, context == 0 ? List.of(1) : BATCHES);
      }
    }
  }
}
