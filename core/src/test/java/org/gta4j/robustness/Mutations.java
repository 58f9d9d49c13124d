package org.gta4j.robustness;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.gta4j.testing.Fixture;
import org.gta4j.testing.GgufFixture;

/**
 * Tries damaged models, one after the other, and ends with 1 if one of them is neither run nor
 * refused properly. Arguments: a folder to work in, how many, the first one's number, the seed,
 * which kind.
 */
final class Mutations {
  /** Kinds of models: folders and llama2.c's files, or GGUF files. */
  static final String FOLDERS = "folders";

  static final String GGUF = "gguf";

  private static final long MOST_SECONDS = 5;
  private static final int MOST_FAILURES = 25;

  /** Code, classes and the allocator's remains grow a little; a leak of a mutant's files more. */
  private static final long MOST_GROWTH_MIB = 64;

  private final Path root;
  private final long seed;
  private final boolean gguf;
  private final List<Specimen> tiny;
  private final List<Specimen> fixtures;
  private final List<String> failures = new ArrayList<>();
  private final Map<Probe.Outcome, Integer> outcomes = new EnumMap<>(Probe.Outcome.class);
  private int skipped;
  private long mostMib;
  private long mostNanos;

  private Mutations(Path root, long seed, boolean gguf) {
    this.root = root;
    this.seed = seed;
    this.gguf = gguf;
    tiny = gguf ? GgufMutator.specimens() : TinyModels.all();
    fixtures = gguf ? ggufFixtures() : fixtures();
  }

  public static void main(String[] arguments) throws Exception {
    Memory.requireSight();
    Mutations mutations =
        new Mutations(
            Path.of(arguments[0]), Long.parseLong(arguments[3]), arguments[4].equals(GGUF));
    mutations.trySpecimens();
    int first = Integer.parseInt(arguments[2]);
    boolean passed = mutations.tryMutants(first, Integer.parseInt(arguments[1]));
    System.exit(passed ? 0 : 1);
  }

  /** Every specimen runs while it is whole. */
  private void trySpecimens() throws IOException {
    List<Specimen> all = new ArrayList<>(tiny);
    all.addAll(fixtures);
    for (Specimen specimen : all) {
      for (int i = 0; i < 2; i++) {
        Path folder = Files.createDirectory(root.resolve("whole"));
        Path model = specimen.write(folder);
        Probe.Outcome outcome = Probe.run(model, folder, new Chance(new SplittableRandom(i)));
        if (outcome != Probe.Outcome.RAN) {
          throw new AssertionError(specimen.name() + ": " + outcome);
        }
        delete(folder);
      }
    }
  }

  private boolean tryMutants(int first, int count) throws Exception {
    long begin = System.nanoTime();
    long grown = 0;
    try (ExecutorService runner = Executors.newSingleThreadExecutor(Mutations::daemon)) {
      for (int i = 0; i < count && failures.size() < MOST_FAILURES; i++) {
        if (i == count / 2) {
          grown = Memory.residentMib();
        }
        tryMutant(first + i, runner);
        if (i % 200 == 199 && Memory.held(root) > 0) {
          failures.add("files are held after case " + (first + i));
        }
      }
    }
    grown = Memory.residentMib() - grown;
    if (count > 1 && grown > MOST_GROWTH_MIB) {
      failures.add("memory has grown by %d MiB".formatted(grown));
    }
    failures.forEach(System.out::println);
    System.out.printf(
        "%d mutants, seed %d, in %d s: %s, %d mutations did not apply; the most of one: %d MiB, %.2f s; grown by %d MiB%n",
        count,
        seed,
        TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin),
        outcomes,
        skipped,
        mostMib,
        mostNanos / 1e9,
        grown);
    return failures.isEmpty() && (count < 1_000 || isVaried(count));
  }

  /** A mutator that breaks all of them, or none, tries little. */
  private boolean isVaried(int count) {
    return skipped < count / 20
        && outcomes.getOrDefault(Probe.Outcome.RAN, 0) > count / 10
        && outcomes.getOrDefault(Probe.Outcome.REFUSED, 0) > count / 3
        && outcomes.getOrDefault(Probe.Outcome.REFUSED_RUNNING, 0) > count / 200;
  }

  private void tryMutant(int number, ExecutorService runner)
      throws IOException, InterruptedException {
    Chance chance = new Chance(new SplittableRandom(seed + number));
    Specimen mutant = mutant(chance);
    Path folder = Files.createDirectory(root.resolve("case" + number));
    Path model = mutant.write(folder);
    Memory memory = Memory.begin();
    long begin = System.nanoTime();
    Future<Probe.Outcome> running = runner.submit(() -> Probe.run(model, folder, chance));
    String failure = "";
    try {
      outcomes.merge(running.get(MOST_SECONDS, TimeUnit.SECONDS), 1, Integer::sum);
    } catch (ExecutionException e) {
      failure = trace(e);
    } catch (TimeoutException e) {
      failure = "still running after %d s: %s".formatted(MOST_SECONDS, stacks());
    }
    mostNanos = Math.max(mostNanos, System.nanoTime() - begin);
    long mib = memory.mib();
    mostMib = Math.max(mostMib, mib);
    if (Memory.isMuch(mib)) {
      failure += " took %d MiB".formatted(mib);
    }
    if (failure.isEmpty()) {
      delete(folder);
    } else {
      failures.add(
          "seed %d, case %d, a mutant of %s: %s".formatted(seed, number, mutant.name(), failure));
    }
  }

  private Specimen mutant(Chance chance) {
    Specimen mutant = chance.onceIn(10) ? chance.of(fixtures) : chance.of(tiny);
    int count = chance.onceIn(5) ? 2 + chance.below(3) : 1;
    for (int i = 0; i < count; i++) {
      try {
        mutant = mutant(mutant, chance);
      } catch (RuntimeException e) {
        // The mutation before left nothing that this one could take apart.
        skipped++;
      }
    }
    return mutant;
  }

  private Specimen mutant(Specimen whole, Chance chance) {
    if (gguf) {
      return GgufMutator.mutate(whole, chance);
    }
    boolean binary = !whole.named(".bin").isEmpty();
    boolean sharded = whole.bytes(TinyModels.INDEX).length > 0;
    if (binary && !chance.onceIn(6)) {
      return FolderMutator.binary(whole, chance);
    }
    if (sharded && chance.onceIn(2)) {
      return FolderMutator.index(whole, chance);
    }
    return switch (chance.below(16)) {
      case 0 -> FolderMutator.files(whole, chance);
      case 1, 2, 3 -> ConfigMutator.resized(whole, chance);
      case 4, 5, 6, 7, 8 -> WeightsMutator.mutate(whole, chance);
      default -> ConfigMutator.mutate(whole, tiny, chance);
    };
  }

  /** The golden fixtures' models, as files in memory. */
  private static List<Specimen> fixtures() {
    List<Specimen> specimens = new ArrayList<>();
    for (Fixture fixture : Fixture.own()) {
      SortedMap<String, Specimen.Node> files = new TreeMap<>();
      try (Stream<Path> paths = Files.list(fixture.folder())) {
        for (Path path : paths.toList()) {
          if (!path.endsWith("expected.safetensors")) {
            files.put(
                path.getFileName().toString(), new Specimen.Node.Content(Files.readAllBytes(path)));
          }
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      specimens.add(new Specimen(fixture.toString(), files, ""));
    }
    return specimens;
  }

  private static List<Specimen> ggufFixtures() {
    List<Specimen> specimens = new ArrayList<>();
    for (GgufFixture fixture : GgufFixture.own()) {
      try {
        byte[] file = Files.readAllBytes(fixture.file());
        specimens.add(GgufMutator.specimen(fixture.toString(), file));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return specimens;
  }

  private static Thread daemon(Runnable task) {
    return Thread.ofPlatform().daemon().name("case").unstarted(task);
  }

  private static String stacks() {
    StringBuilder stacks = new StringBuilder();
    Thread.getAllStackTraces()
        .forEach((thread, stack) ->
            stacks.append("%n%s: %s".formatted(thread.getName(), Arrays.toString(stack))));
    return stacks.toString();
  }

  private static String trace(Throwable thrown) {
    StringWriter text = new StringWriter();
    thrown.printStackTrace(new PrintWriter(text));
    String all = text.toString();
    int cause = all.indexOf("Caused by: ");
    return String.join("\n", all.substring(Math.max(0, cause)).lines().limit(14).toList());
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> paths = Files.walk(folder)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
