package org.gta4j.train.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Processes that train are ended from outside; what they leave is enough to go on. */
class KilledTrainingTest {
  private static final int KILLS = 20;

  /** Its moments are other ones each time a machine is faster or slower; its choices are not. */
  private static final SplittableRandom RANDOM = new SplittableRandom(11);

  /** What starts a program in a process of its own; its arguments follow. */
  static List<String> java(Class<?> program) {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "--add-modules",
        "jdk.incubator.vector",
        "--enable-native-access=ALL-UNNAMED",
        "-Xmx512m",
        "-XX:TieredStopAtLevel=1",
        "-cp",
        System.getProperty("java.class.path"),
        program.getName());
  }

  private static List<String> command(Path folder) {
    List<String> command = new ArrayList<>(java(TrainingProgram.class));
    command.add(folder.toString());
    return command;
  }

  static Process start(List<String> command) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().keySet().removeAll(Set.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS"));
    return builder.start();
  }

  /** All it printed, once it has ended by itself. */
  private static List<String> output(Process process) throws IOException, InterruptedException {
    List<String> lines;
    try (BufferedReader reader = process.inputReader()) {
      lines = reader.lines().toList();
    }
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    return lines;
  }

  private static byte[] weights(Path folder) throws IOException {
    Path last = new Checkpoints(folder.resolve("checkpoints"), 2, Map.of()).newest().orElseThrow();
    assertThat(last).hasFileName("step-%08d".formatted(TinyTraining.STEPS));
    return Files.readAllBytes(last.resolve("model.safetensors"));
  }

  private static byte[] uninterrupted(Path folder) throws IOException, InterruptedException {
    assertThat(output(start(command(folder)))).contains("finished");
    return weights(folder);
  }

  /**
   * Kills it some time after a few steps, as often while it saves as between; whether it was killed
   * before its end.
   */
  private static boolean killed(Path folder) throws IOException, InterruptedException {
    Process process = start(command(folder));
    int steps = RANDOM.nextInt(1, 6);
    try (BufferedReader reader = process.inputReader()) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        assertThat(line).doesNotStartWith("stopped").doesNotContain("Exception");
        if (line.equals("finished")) {
          process.waitFor();
          return false;
        }
        if (line.startsWith("step ") && --steps == 0) {
          Thread.sleep(RANDOM.nextInt(60));
          process.destroyForcibly().waitFor();
          return true;
        }
      }
    }
    return process.waitFor() != 0;
  }

  @Test
  void whoeverIsKilledManyTimesEndsWithTheSameBits(@TempDir Path folder)
      throws IOException, InterruptedException {
    byte[] wanted = uninterrupted(folder.resolve("whole"));
    int kills = 0;
    for (int run = 0; kills < KILLS; run++) {
      Path interrupted = Files.createDirectory(folder.resolve("run" + run));
      while (killed(interrupted)) {
        kills++;
      }
      assertThat(weights(interrupted)).as("weights after %d kills", kills).isEqualTo(wanted);
      assertThat(TrainerTest.steps(interrupted))
          .isEqualTo(TrainerTest.steps(folder.resolve("whole")));
    }
  }

  @Test
  void aFullDiskLeavesTheLastCheckpointAndSaysSo(@TempDir Path folder)
      throws IOException, InterruptedException {
    assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "a shell that limits the size of files");
    byte[] wanted = uninterrupted(folder.resolve("whole"));
    Path limited = Files.createDirectory(folder.resolve("limited"));
    while (new Checkpoints(limited.resolve("checkpoints"), 2, Map.of()).newest().isEmpty()) {
      killed(limited);
    }
    Path good = new Checkpoints(limited.resolve("checkpoints"), 2, Map.of()).newest().orElseThrow();
    List<String> shell =
        new ArrayList<>(List.of("/bin/sh", "-c", "ulimit -f 200; exec \"$@\"", "sh"));
    shell.addAll(command(limited));
    Process process = start(shell);
    assertThat(output(process))
        .last()
        .asString()
        .startsWith("stopped: step ")
        .contains("the checkpoint cannot be written")
        .contains("The last checkpoint is " + good);
    assertThat(process.exitValue()).isEqualTo(3);
    assertThat(limited.resolve("checkpoints"))
        .isDirectoryNotContaining(path -> path.getFileName().toString().startsWith("."));
    assertThat(output(start(command(limited)))).contains("finished");
    assertThat(weights(limited)).isEqualTo(wanted);
  }
}
