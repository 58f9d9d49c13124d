package org.gta4j.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.CancellationException;
import org.gta4j.cache.CacheType;
import org.gta4j.checkpoint.Json;
import tools.jackson.databind.JsonNode;

/**
 * llama.cpp's own benchmarks as processes of their own: {@code llama-bench} for one sequence,
 * {@code llama-batched-bench} for several, both with flash attention and as many threads as we
 * take.
 */
final class LlamaCpp {
  private static final List<String> PLACES = List.of("", "bin", "build/bin");
  private static final int UBATCH = 512;

  private final Path bench;
  private final Path batchedBench;
  private final Path model;
  private final int threads;
  private final String cacheType;

  private LlamaCpp(Path bench, Path batchedBench, Path model, int threads, String cacheType) {
    this.bench = bench;
    this.batchedBench = batchedBench;
    this.model = model;
    this.threads = threads;
    this.cacheType = cacheType;
  }

  /**
   * Finds the programs.
   *
   * @param folder llama.cpp's folder, or the one its programs are in
   * @param model the GGUF file it runs
   */
  static LlamaCpp in(Path folder, Path model, int threads, CacheType cacheType) {
    return new LlamaCpp(
        program(folder, "llama-bench"),
        program(folder, "llama-batched-bench"),
        model,
        threads,
        cacheType.label().equals("q8") ? "q8_0" : cacheType.label());
  }

  private static Path program(Path folder, String name) {
    for (String place : PLACES) {
      Path program = folder.resolve(place).resolve(name);
      if (Files.isExecutable(program)) {
        return program;
      }
    }
    throw new RefusedException(
        "--compare llamacpp=%s: expected the program %s there, or in bin or build/bin below; found none"
            .formatted(folder, name));
  }

  /** Its file. */
  Path model() {
    return model;
  }

  /** Runs it once. */
  BenchCase.Speeds run(BenchCase wanted) {
    return wanted.batch() == 1 ? single(wanted) : batched(wanted);
  }

  private BenchCase.Speeds single(BenchCase wanted) {
    List<String> command = new ArrayList<>(List.of(bench.toString(), "-m", model.toString()));
    option(command, "-t", threads);
    option(command, "-fa", 1);
    option(command, "-p", wanted.prompt());
    option(command, "-n", wanted.generate());
    option(command, "-d", wanted.depth());
    option(command, "-r", 1);
    command.addAll(List.of("-ctk", cacheType, "-ctv", cacheType, "-o", "jsonl"));
    OptionalDouble prefill = OptionalDouble.empty();
    OptionalDouble decode = OptionalDouble.empty();
    for (JsonNode line : lines(command)) {
      if (line.path("n_prompt").asInt(0) > 0) {
        prefill = speed(line, "avg_ts");
      } else if (line.path("n_gen").asInt(0) > 0) {
        decode = speed(line, "avg_ts");
      }
    }
    return new BenchCase.Speeds(prefill, decode);
  }

  /**
   * Its prompts begin every sequence, so prefill is measured where nothing is in the cache before;
   * what is in the cache before decoding is read as a prompt.
   */
  private BenchCase.Speeds batched(BenchCase wanted) {
    OptionalDouble prefill = OptionalDouble.empty();
    OptionalDouble decode = OptionalDouble.empty();
    if (wanted.prompt() > 0 && wanted.depth() == 0) {
      prefill = batched(wanted.prompt(), 1, wanted.batch(), "speed_pp");
    }
    if (wanted.generate() > 0) {
      decode = batched(Math.max(1, wanted.depth()), wanted.generate(), wanted.batch(), "speed_tg");
    }
    return new BenchCase.Speeds(prefill, decode);
  }

  private OptionalDouble batched(int prompt, int generate, int batch, String key) {
    List<String> command =
        new ArrayList<>(List.of(batchedBench.toString(), "-m", model.toString()));
    option(command, "-t", threads);
    command.addAll(List.of("-fa", "on"));
    option(command, "-c", (prompt + (long) generate + UBATCH) * batch);
    option(command, "-npp", prompt);
    option(command, "-ntg", generate);
    option(command, "-npl", batch);
    command.addAll(List.of("-ctk", cacheType, "-ctv", cacheType, "--output-format", "jsonl"));
    OptionalDouble found = OptionalDouble.empty();
    for (JsonNode line : lines(command)) {
      found = speed(line, key);
    }
    return found;
  }

  private static void option(List<String> command, String name, long value) {
    command.add(name);
    command.add(Long.toString(value));
  }

  private static OptionalDouble speed(JsonNode line, String key) {
    double value = line.path(key).asDouble(0);
    return value > 0 ? OptionalDouble.of(value) : OptionalDouble.empty();
  }

  /** The objects that a program prints, one a line. */
  private static List<JsonNode> lines(List<String> command) {
    String output = output(command);
    List<JsonNode> objects = new ArrayList<>();
    output
        .lines()
        .filter(line -> line.startsWith("{"))
        .map(line -> Json.readObject(command.getFirst(), line.getBytes(StandardCharsets.UTF_8)))
        .forEach(objects::add);
    if (objects.isEmpty()) {
      throw new RefusedException(
          "%s: expected lines of JSON on its output, found %s"
              .formatted(
                  command.getFirst(),
                  output.lines().filter(line -> !line.isBlank()).findFirst().orElse("none")));
    }
    return objects;
  }

  private static String output(List<String> command) {
    Process process = start(command);
    Thread stop = Thread.ofPlatform().unstarted(process::destroy);
    Runtime.getRuntime().addShutdownHook(stop);
    try {
      StringBuilder last = new StringBuilder();
      Thread reader = Thread.ofVirtual().start(() -> keepLast(process, last));
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      int code = process.waitFor();
      reader.join();
      if (code != 0) {
        throw new RefusedException(
            "%s ended with exit code %d%s"
                .formatted(
                    String.join(" ", command),
                    code,
                    last.isEmpty() ? "" : ": " + last.toString().strip()));
      }
      return output;
    } catch (IOException e) {
      throw new RefusedException(command.getFirst() + ": " + Sentences.reason(e), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException(command.getFirst() + " was stopped");
    } finally {
      process.destroy();
      forget(stop);
    }
  }

  private static void forget(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The process is ending, and the hook has stopped the peer.
    }
  }

  private static Process start(List<String> command) {
    try {
      return new ProcessBuilder(command).start();
    } catch (IOException e) {
      throw new RefusedException(command.getFirst() + ": " + Sentences.reason(e), e);
    }
  }

  /** The last line of what it says. */
  private static void keepLast(Process process, StringBuilder last) {
    process
        .errorReader(StandardCharsets.UTF_8)
        .lines()
        .filter(line -> !line.isBlank())
        .forEach(line -> {
          last.setLength(0);
          last.append(line);
        });
  }
}
