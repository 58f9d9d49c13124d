package org.gta4j.generate;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.gta4j.cache.CacheType;

/**
 * Counts the native memory that models take, by the JVM's own books: all that is allocated outside
 * its heap by Java code, whoever allocates it. Needs {@code -XX:NativeMemoryTracking=summary}.
 *
 * <p>Arguments: {@code prefill FOLDER TOKENS…} prints the tokens, the peak of the bytes, those of
 * the cache and the milliseconds of prompts; {@code repeat FOLDER TIMES} prints how often a model
 * was loaded, used and closed, and the bytes, mapped files and threads that are left.
 */
final class MemoryProgram {
  /** {@code Other} is what arenas allocate. */
  private static final Pattern OTHER =
      Pattern.compile("malloc=(\\d+) tag=Other #\\d+\\) \\((?:peak=(\\d+)|at peak)");

  private MemoryProgram() {}

  public static void main(String[] arguments) throws IOException, InterruptedException {
    Path folder = Path.of(arguments[1]);
    if (arguments[0].equals("prefill")) {
      for (String tokens : Arrays.asList(arguments).subList(2, arguments.length)) {
        long begin = System.nanoTime();
        long cache = generate(folder, Integer.parseInt(tokens), 1);
        System.out.printf(
            "%s %d %d %d%n", tokens, allocated(2), cache, (System.nanoTime() - begin) / 1_000_000);
      }
    } else {
      for (int i = 0; i < Integer.parseInt(arguments[2]); i++) {
        generate(folder, 100, 20);
        if ((i + 1) % 10 == 0) {
          System.out.printf("%d %d %d %d%n", i, allocated(1), mappings(folder), workers());
        }
      }
    }
  }

  /**
   * Loads the model, reads a prompt, generates, closes; returns the bytes the cache had allocated.
   */
  private static long generate(Path folder, int tokens, int answer) {
    int[] prompt = new int[tokens];
    Arrays.setAll(prompt, i -> i * 31 % 50);
    LoadOptions options = new LoadOptions("vector", 2, CacheType.F16, Optional.of(40_000));
    try (LanguageModel model = LanguageModel.load(folder, options);
        var pool = model.pool(1)) {
      Scheduler scheduler = model.scheduler(pool);
      scheduler.submit(new Request(prompt, answer, Sampling.greedy(), List.of(), true), text -> {});
      scheduler.runToEnd();
      return pool.allocatedBytes();
    }
  }

  /** Bytes: group 1 now, group 2 at the peak. */
  private static long allocated(int group) throws IOException {
    Process jcmd =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                Long.toString(ProcessHandle.current().pid()),
                "VM.native_memory",
                "summary",
                "scale=B")
            .redirectErrorStream(true)
            .start();
    String report = new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    Matcher other = OTHER.matcher(report);
    if (!other.find()) {
      throw new IllegalStateException("no such line in\n" + report);
    }
    return Long.parseLong(other.group(group) == null ? other.group(1) : other.group(group));
  }

  /** How often files of the folder are mapped. */
  private static long mappings(Path folder) throws IOException {
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/maps"))) {
      return lines.filter(line -> line.contains(folder.toString())).count();
    }
  }

  /** How many workers are still there, after as much time as they may need to end. */
  private static long workers() throws InterruptedException {
    for (int wait = 0; wait < 200 && countWorkers() > 0; wait++) {
      Thread.sleep(10);
    }
    return countWorkers();
  }

  private static long countWorkers() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("gta4j-worker"))
        .count();
  }
}
