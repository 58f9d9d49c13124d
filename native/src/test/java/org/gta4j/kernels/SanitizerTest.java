package org.gta4j.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * A part of the contract once more, in JVMs whose kernels were compiled with checks of every
 * address and every undefined operation: one byte outside an allocation ends them. One JVM for each
 * level that runs here, since each has code of its own.
 *
 * <p>Skipped, and says so, where the compiler has no such checks.
 */
class SanitizerTest {
  private static final long SECONDS = 600;
  private static final Path WORK = Path.of("target", "sanitized");
  private static final Path CLASSES = WORK.resolve("classes");
  private static final Path CONTRACT = Path.of("..", "core", "target", "test-classes");

  /** What a command printed, and how it ended. */
  private record Result(int code, String output) {}

  private static Result run(Map<String, String> environment, List<String> command)
      throws IOException, InterruptedException {
    Path output = Files.createTempFile("gta4j-sanitizer", ".txt");
    try {
      ProcessBuilder builder =
          new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
      builder.environment().putAll(environment);
      builder.environment().keySet().removeAll(List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS"));
      Process process = builder.start();
      boolean ended = process.waitFor(SECONDS, TimeUnit.SECONDS);
      process.destroyForcibly();
      String text = Files.readString(output, StandardCharsets.UTF_8);
      return new Result(ended ? process.waitFor() : -1, text);
    } finally {
      Files.delete(output);
    }
  }

  /** A library of the compiler's, or nothing where it has none. */
  private static String library(String compiler, String name)
      throws IOException, InterruptedException {
    Result result = run(Map.of(), List.of(compiler, "-print-file-name=" + name));
    String path = result.output().strip();
    // A compiler that does not have it repeats the name.
    assumeTrue(
        result.code() == 0 && Path.of(path).isAbsolute() && Files.exists(Path.of(path)),
        () -> "%s has no %s, so the kernels are not run with its checks".formatted(compiler, name));
    return path;
  }

  @Test
  void theContractHoldsWithEveryAddressChecked() throws IOException, InterruptedException {
    List<Level> levels = RunnableKernels.levels();
    assumeTrue(Files.isDirectory(CONTRACT), "core's tests are not compiled");
    String compiler = System.getenv().getOrDefault("CC", "cc");
    String address = library(compiler, "libasan.so");
    String undefined = library(compiler, "libubsan.so");
    Result build =
        run(
            Map.of(
                "GTA_LEVELS", levels.stream().map(Level::suffix).collect(Collectors.joining(" "))),
            List.of(
                "sh",
                "src/main/c/build.sh",
                WORK.resolve("c").toString(),
                CLASSES.resolve("org/gta4j/kernels/libgta4j.so").toString(),
                "-O1",
                "-g",
                "-fsanitize=address,undefined",
                "-fno-sanitize-recover=all"));
    assertThat(build.code()).as(build.output()).isZero();
    for (Level level : levels) {
      runs(level, address + " " + undefined);
    }
  }

  private static void runs(Level level, String checks) throws IOException, InterruptedException {
    for (String program :
        List.of("org.gta4j.ops.NarrowProgram", QuantizedProgram.class.getName())) {
      Result result =
          run(
              Map.of(
                  "LD_PRELOAD",
                  checks,
                  // The JVM has its own use for bad addresses, and its memory is not C's to look
                  // for.
                  "ASAN_OPTIONS",
                  "handle_segv=0:allow_user_segv_handler=1:detect_leaks=0"),
              List.of(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "--add-modules=jdk.incubator.vector",
                  "--enable-native-access=ALL-UNNAMED",
                  "-Xmx512m",
                  "-Dgta.testedBackend=native",
                  "-Dgta.kernels=" + level.suffix(),
                  "-cp",
                  String.join(
                      File.pathSeparator,
                      CLASSES.toString(),
                      System.getProperty("java.class.path"),
                      CONTRACT.toString()),
                  program));
      assertThat(result.code()).as(result.output()).isZero();
      assertThat(result.output()).contains("native: C kernels, " + level.label());
    }
  }
}
