package org.gta4j.cli.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is left when somebody presses Ctrl-C, and what can be seen while a training runs. */
class StoppedTrainIT {
  private static final int STEPS = 60;

  @TempDir private Path folder = Path.of("");

  @BeforeEach
  void writeInputs() throws IOException {
    Files.createDirectory(folder.resolve("temporary"));
    Launched.writeStories(folder);
  }

  private Process start(String out, String... more) throws IOException {
    List<String> usual = Launched.train("--out=" + out, "--sequence=32", "--steps=" + STEPS);
    return gta(out, Launched.arguments(usual, more));
  }

  private Process gta(String out, List<String> arguments) throws IOException {
    // Where this test's own process ignores the signal, as in a script's background, children
    // would.
    List<String> command =
        new ArrayList<>(
            List.of("env", "--default-signal=INT,TERM", Launched.ROOT.resolve("gta").toString()));
    command.addAll(arguments);
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve(out + ".log").toFile());
    builder.environment().keySet().removeAll(Set.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS"));
    builder.environment().put("GTA_BUILD", "no");
    builder.environment().put("GTA_JAVA_OPTS", "-Djava.io.tmpdir=" + folder.resolve("temporary"));
    return builder.start();
  }

  private String ended(Process process, String out, int code)
      throws IOException, InterruptedException {
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    String log = Files.readString(folder.resolve(out + ".log"));
    assertThat(process.exitValue()).as(log).isEqualTo(code);
    return log;
  }

  private List<String> lines(String file) throws IOException {
    Path path = folder.resolve(file);
    return Files.exists(path) ? Files.readAllLines(path) : List.of();
  }

  private void waitForSteps(String out, Process process) throws IOException, InterruptedException {
    while (lines(out + "/metrics.jsonl").size() < 3) {
      assertThat(process.isAlive()).isTrue();
      Thread.sleep(20);
    }
  }

  private static void interrupt(Process process) throws IOException, InterruptedException {
    signal(process, "INT");
  }

  private static boolean isEmpty(Path place) throws IOException {
    try (Stream<Path> files = Files.list(place)) {
      return files.findAny().isEmpty();
    }
  }

  private static void signal(Process process, String name)
      throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
  }

  @ParameterizedTest
  @CsvSource({"INT, 130", "TERM, 143"})
  void preparedDataThatIsNotFinishedIsTakenAway(String signal, int code)
      throws IOException, InterruptedException {
    Files.writeString(
        folder.resolve("large.txt"), "The cat sat on the mat. The dog saw it.\n".repeat(1 << 20));
    Path place = Files.createDirectory(folder.resolve("place"));
    Process process =
        gta(
            "prepare",
            List.of(
                "data",
                "prepare",
                "--data=large.txt",
                "--tokenizer=tokenizer.json",
                "--shard-tokens=20000",
                "--out=place/tokens"));
    while (isEmpty(place)) {
      assertThat(process.isAlive()).as(Files.readString(folder.resolve("prepare.log"))).isTrue();
      Thread.sleep(20);
    }
    signal(process, signal);
    ended(process, "prepare", code);
    assertThat(place).isEmptyDirectory();
  }

  @Test
  void ctrlCSavesAndGoingOnGivesTheSameBytes() throws IOException, InterruptedException {
    // Samples change nothing, so one of the two is without.
    ended(
        start("whole", "--batch-tokens=64", "--sample-every=20", "--sample-prompt=The cat"),
        "whole",
        0);
    Process stopped = start("stopped", "--batch-tokens=64");
    waitForSteps("stopped", stopped);
    interrupt(stopped);
    String log = ended(stopped, "stopped", 0);
    int step = lines("stopped/metrics.jsonl").size();
    assertThat(step).isBetween(3, STEPS - 1);
    assertThat(log)
        .contains("stopping after this step and saving; Ctrl-C again ends at once")
        .contains("stopped after step %d and saved".formatted(step));
    assertThat(folder.resolve("stopped/checkpoints/step-%08d".formatted(step))).isDirectory();
    assertThat(Files.readString(folder.resolve("stopped/curves.html")))
        .contains("<td>%d</td>".formatted(step));
    assertThat(folder.resolve("stopped/model.safetensors")).doesNotExist();

    ended(start("stopped", "--batch-tokens=64", "--resume"), "stopped", 0);
    assertThat(folder.resolve("stopped/model.safetensors"))
        .hasSameBinaryContentAs(folder.resolve("whole/model.safetensors"));
    assertThat(lines("stopped/metrics.jsonl")).hasSize(STEPS);
    assertThat(lines("stopped/samples.jsonl")).isEmpty();
    assertThat(lines("whole/samples.jsonl"))
        .hasSize(3)
        .allSatisfy(line -> assertThat(line).contains("\"text\":\"The cat"));
    assertThat(Files.readString(folder.resolve("whole.log"))).contains("gta: step 20: The cat");
    assertThat(folder.resolve("whole/curves.svg")).content().contains("<svg");
    assertThat(folder.resolve("whole/tensorboard")).isNotEmptyDirectory();
  }

  @Test
  void workersOfAKilledProcessLeaveNoTemporaryFiles() throws IOException, InterruptedException {
    Path temporary = folder.resolve("temporary");
    Process process =
        start("killed", "--batch-tokens=64", "--micro-tokens=32", "--workers=2", "--steps=100000");
    waitForSteps("killed", process);
    assertThat(isEmpty(temporary)).isFalse();
    List<ProcessHandle> others = process.children().toList();
    assertThat(others).hasSize(2);
    signal(process, "KILL");
    for (ProcessHandle other : others) {
      other.onExit().orTimeout(1, TimeUnit.MINUTES).join();
    }
    assertThat(temporary).isEmptyDirectory();
  }

  @Test
  void anotherCtrlCEndsAtOnce() throws IOException, InterruptedException {
    // A step that nobody waits for. The file is made once Ctrl-C is listened to.
    Process process = start("twice", "--batch-tokens=400000");
    while (!Files.exists(folder.resolve("twice/metrics.jsonl"))) {
      assertThat(process.isAlive()).as(Files.readString(folder.resolve("twice.log"))).isTrue();
      Thread.sleep(20);
    }
    interrupt(process);
    while (!Files.readString(folder.resolve("twice.log")).contains("Ctrl-C again")) {
      assertThat(process.isAlive()).as(Files.readString(folder.resolve("twice.log"))).isTrue();
      Thread.sleep(20);
    }
    interrupt(process);
    ended(process, "twice", 130);
    assertThat(lines("twice/metrics.jsonl")).isEmpty();
  }

  @Test
  void twoProcessesDoNotTrainInOneFolder() throws IOException, InterruptedException {
    List<Process> both = new ArrayList<>();
    try {
      Process first = start("model", "--steps=100000", "--save-every=100000");
      both.add(first);
      waitForSteps("model", first);
      Process second =
          gta("second", Launched.train("--steps=100000", "--save-every=100000", "--resume"));
      both.add(second);
      assertThat(ended(second, "second", 1))
          .contains("gta: --out: model: another process is training here");
      int before = lines("model/metrics.jsonl").size();
      while (lines("model/metrics.jsonl").size() <= before) {
        assertThat(first.isAlive()).as("the first one goes on").isTrue();
        Thread.sleep(20);
      }
    } finally {
      for (Process process : both) {
        process.destroyForcibly().waitFor();
      }
    }
  }
}
