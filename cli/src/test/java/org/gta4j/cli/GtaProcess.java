package org.gta4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code ./gta} as users start it: the launcher, a JVM of its own, real streams. */
final class GtaProcess {
  private static final long SECONDS = 300;
  private static final Set<String> MODEL_VERBS =
      Set.of("generate", "chat", "logits", "perplexity", "tokenize", "inspect", "convert", "bench");

  private GtaProcess() {}

  /**
   * How a command ended.
   *
   * @param code its exit code
   * @param out its standard output
   * @param err its standard error, but for the line that the JVM prints about the Vector API
   */
  record Ended(int code, String out, String err) {
    /** The same, having gone well. */
    Ended done() {
      assertThat(code).as("exit code; standard error: %s", err).isZero();
      return this;
    }

    /** The last line of standard output that begins with a brace. */
    JsonNode json() {
      String line = out.lines().filter(l -> l.startsWith("{")).reduce("", (a, b) -> b);
      assertThat(line).as("a line of JSON in: %s", out).isNotEmpty();
      return JsonMapper.shared().readTree(line);
    }
  }

  /** The project's folder. */
  static Path root() {
    return Path.of(System.getProperty("gta.root", ".."));
  }

  /** A tiny model in llama2.c's format, its tokenizer beside it. */
  static Path stories260k() {
    return root().resolve("cli/src/test/models/stories260K/stories260K.bin");
  }

  /** Runs {@code ./gta} with these arguments, on {@link #stories260k} where they name no model. */
  static Ended run(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    boolean takesModel = arguments.length > 0 && MODEL_VERBS.contains(arguments[0]);
    if (takesModel
        && all.stream().noneMatch(a -> a.startsWith("--model") || a.equals("--random"))) {
      all.addAll(1, List.of("--model", stories260k().toString()));
    }
    return plain(all.toArray(String[]::new));
  }

  /** Runs {@code ./gta} with these arguments. */
  static Ended plain(String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(root().resolve("gta").toString());
    command.addAll(List.of(arguments));
    return run(builder(command), "");
  }

  /** Runs a shell's script, in which {@code "$GTA"} is {@code ./gta}. */
  static Ended shell(String script) {
    return run(builder(List.of("sh", "-c", script)), "");
  }

  /** Runs a command that gets {@code input} on standard input. */
  static Ended run(ProcessBuilder builder, String input) {
    try {
      Path out = Files.createTempFile("gta", ".out");
      Path err = Files.createTempFile("gta", ".err");
      try {
        Process process = builder.redirectOutput(out.toFile()).redirectError(err.toFile()).start();
        try (var stream = process.getOutputStream()) {
          stream.write(input.getBytes(StandardCharsets.UTF_8));
        }
        if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
          process.destroyForcibly();
          throw new AssertionError("still running after five minutes: " + builder.command());
        }
        return new Ended(process.exitValue(), Files.readString(out), withoutWarning(err));
      } finally {
        Files.delete(out);
        Files.delete(err);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** A command that finds {@code ./gta} in the variable GTA and builds nothing. */
  static ProcessBuilder builder(List<String> command) {
    ProcessBuilder builder = new ProcessBuilder(command);
    // The JVM says on standard error that it has picked these up.
    builder.environment().keySet().removeAll(Set.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS"));
    builder.environment().put("GTA_BUILD", "no");
    builder.environment().put("GTA", root().resolve("gta").toString());
    return builder;
  }

  private static String withoutWarning(Path err) throws IOException {
    StringBuilder text = new StringBuilder();
    Files.readString(err)
        .lines()
        .filter(line -> !line.startsWith("WARNING: Using incubator modules"))
        .forEach(line -> text.append(line).append('\n'));
    return text.toString();
  }
}
