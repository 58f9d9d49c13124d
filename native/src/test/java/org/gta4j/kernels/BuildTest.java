package org.gta4j.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * How the kernels are compiled. Where they cannot be, users go without them, so that it is here
 * that a mistake in them shows.
 */
class BuildTest {
  private static final Path SOURCES = Path.of("src", "main", "c");
  private static final String FAILED = "failed";

  @TempDir private Path folder;

  /** Runs the script of {@code sources}; what it says. */
  private String build(Path sources, String compiler) throws IOException, InterruptedException {
    Path output = folder.resolve("output.txt");
    ProcessBuilder builder =
        new ProcessBuilder(
                "sh",
                sources.resolve("build.sh").toString(),
                folder.resolve("objects").toString(),
                library().toString(),
                "-O0")
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    if (!compiler.isEmpty()) {
      builder.environment().put("CC", compiler);
    }
    Process process = builder.start();
    assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
    String said = Files.readString(output, StandardCharsets.UTF_8);
    assertThat(process.exitValue()).as(said).isZero();
    return said;
  }

  private static boolean isThere(String command) {
    return Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
        .anyMatch(path -> Files.isExecutable(Path.of(path, command)));
  }

  private Path library() {
    return folder.resolve("libgta4j.so");
  }

  /** Also where nothing else is tested for want of them. */
  @Test
  void theKernelsOfThisBuildHadNoMistake() {
    assertThat(Path.of("target", "c", FAILED))
        .as("what src/main/c/build.sh leaves where a compiler is there and fails")
        .doesNotExist();
  }

  @Test
  void aMistakeInAKernelIsToldAndLeavesItsMark() throws IOException, InterruptedException {
    RunnableKernels.get(); // Where they run there is a compiler.
    Path sources = Files.createDirectory(folder.resolve("sources"));
    try (Stream<Path> files = Files.list(SOURCES)) {
      for (Path file : files.toList()) {
        Files.copy(file, sources.resolve(file.getFileName()));
      }
    }
    Files.writeString(
        sources.resolve("attention.c"), "\nthis is no C\n", StandardOpenOption.APPEND);
    assertThat(build(sources, "")).contains("could not compile the kernels");
    assertThat(library()).doesNotExist();
    assertThat(folder.resolve("objects").resolve(FAILED)).exists();
  }

  @Test
  void aCompilerMayHaveArguments() throws IOException, InterruptedException {
    assumeTrue(isThere("cc"), "no command is called cc");
    assertThat(build(SOURCES, "cc -DANYTHING=1")).contains("kernels for", "by cc");
    assertThat(library()).exists();
    assertThat(folder.resolve("objects").resolve(FAILED)).doesNotExist();
  }

  @Test
  void aCompilerThatIsNotThereOrCannotIsToldByName() throws IOException, InterruptedException {
    assertThat(build(SOURCES, "no-such-compiler")).contains("CC=no-such-compiler is no command");
    assertThat(build(SOURCES, "false")).contains("false cannot compile any instructions");
    assertThat(library()).doesNotExist();
    assertThat(folder.resolve("objects").resolve(FAILED)).doesNotExist();
  }
}
