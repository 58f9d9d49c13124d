package org.gta4j.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/**
 * A part of the contract once more, in JVMs whose kernels were compiled with checks of addresses
 * and undefined operations, for each level that runs here, since each has code of its own. With
 * {@code -Dgta.checked=true} weights, caches and buffers are allocated exactly and one by one: what
 * is read or written right behind them or before ends the JVM. Not seen are instructions that read
 * or write a vector in part, which compilers do not check, and what an item of attention with fewer
 * rows than others has left of its scratch memory.
 *
 * <p>Skipped, and says so, where there is no compiler, or it has no such checks.
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

  /** The first that is there, in build.sh's order. */
  private static String compiler() throws InterruptedException {
    List<String> candidates = new ArrayList<>(List.of("cc", "gcc", "clang"));
    Optional.ofNullable(System.getenv("CC")).ifPresent(cc -> candidates.addFirst(cc));
    for (String candidate : candidates) {
      try {
        if (run(Map.of(), List.of(candidate, "--version")).code() == 0) {
          return candidate;
        }
      } catch (IOException e) {
        // There is no such program.
      }
    }
    return Assumptions.abort(
        "none of the C compilers %s is here, so the kernels are not run with its checks"
            .formatted(candidates));
  }

  /** A library of the compiler's; skips the test where it has none. */
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
    String compiler = compiler();
    String address = library(compiler, "libasan.so");
    String undefined = library(compiler, "libubsan.so");
    Result build =
        run(
            Map.of(
                "CC",
                compiler,
                "GTA_LEVELS",
                levels.stream().map(Level::suffix).collect(Collectors.joining(" "))),
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
    String checks = address + " " + undefined;
    for (Level level : levels) {
      for (String program :
          List.of("org.gta4j.ops.CheckedProgram", QuantizedProgram.class.getName())) {
        Result result = java(level, checks, program);
        assertThat(result.code()).as(result.output()).isZero();
        assertThat(result.output()).contains("native: C kernels, " + level.label());
      }
    }
    for (String memory : List.of("weights", "cache", "buffer")) {
      assertOverrunsAreSeen(levels.getFirst(), checks, memory);
    }
  }

  /** That the checks see what is read behind such memory, and before it. */
  private static void assertOverrunsAreSeen(Level level, String checks, String memory)
      throws IOException, InterruptedException {
    String program = OverrunProgram.class.getName();
    assertThat(java(level, checks, program, memory, "0").output()).contains("read");
    for (String offset : List.of("64", "-64")) {
      Result result = java(level, checks, program, memory, offset);
      assertThat(result.code()).as("%s, from byte %s", memory, offset).isNotZero();
      assertThat(result.output()).contains("heap-buffer-overflow").doesNotContain("read\n");
    }
  }

  private static Result java(Level level, String checks, String... program)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "--add-modules=jdk.incubator.vector",
            "--enable-native-access=ALL-UNNAMED",
            "-Xmx512m",
            "-Dgta.checked=true",
            "-Dgta.testedBackend=native",
            "-Dgta.kernels=" + level.suffix(),
            "-cp",
            String.join(
                File.pathSeparator,
                CLASSES.toString(),
                System.getProperty("java.class.path"),
                CONTRACT.toString())));
    command.addAll(List.of(program));
    return run(
        Map.of(
            "LD_PRELOAD",
            checks,
            // The JVM has its own use for bad addresses, and its memory is not C's to look for.
            "ASAN_OPTIONS",
            "handle_segv=0:allow_user_segv_handler=1:detect_leaks=0"),
        command);
  }
}
