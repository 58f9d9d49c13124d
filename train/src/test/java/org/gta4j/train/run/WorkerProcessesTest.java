package org.gta4j.train.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.gta4j.cost.GlooTraffic;
import org.gta4j.cost.TrainingTraffic;
import org.gta4j.train.workers.Workers;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Workers that are processes: what they learn, and what the system counts that they send. */
class WorkerProcessesTest {
  private static final int STEPS = 5;
  private static final List<Double> ALONE = new ArrayList<>();
  private static long parameters;

  @TempDir private Path folder = Path.of("");

  @BeforeAll
  static void trainAlone(@TempDir Path saved) {
    try (Workers alone = Workers.alone();
        TinyTraining training = TinyTraining.of(TinyTraining.plan(1, 0.1), alone, false)) {
      training.train(alone, saved, STEPS, report -> ALONE.add(report.loss()));
      parameters =
          training.parameters.trainedViews().values().stream()
              .mapToLong(tensor -> tensor.shape().elements())
              .sum();
    }
  }

  /** A step's loss, and the bytes that a process sent. */
  private record Step(double loss, long sent) {
    static Step read(String line) {
      String[] words = line.split(" ");
      return new Step(Double.parseDouble(words[1]), Long.parseLong(words[2]));
    }
  }

  private List<List<Step>> train(int ranks, boolean divided)
      throws IOException, InterruptedException {
    Path place = Files.createDirectory(folder.resolve("%d-%s".formatted(ranks, divided)));
    List<Process> processes = new ArrayList<>();
    for (int rank = 0; rank < ranks; rank++) {
      List<String> command = new ArrayList<>(KilledTrainingTest.java(WorkerProgram.class));
      command.addAll(
          List.of(
              Integer.toString(rank),
              Integer.toString(ranks),
              Boolean.toString(divided),
              place.toString(),
              Integer.toString(STEPS)));
      processes.add(KilledTrainingTest.start(command));
    }
    List<List<Step>> steps = new ArrayList<>();
    for (Process process : processes) {
      List<String> lines;
      try (BufferedReader reader = process.inputReader()) {
        lines = reader.lines().toList();
      }
      assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
      assertThat(process.exitValue()).as(String.join("\n", lines)).isZero();
      steps.add(lines.stream().filter(line -> line.startsWith("step ")).map(Step::read).toList());
    }
    return steps;
  }

  private void assertLearnedAndSent(int ranks, boolean divided)
      throws IOException, InterruptedException {
    List<List<Step>> all = train(ranks, divided);
    for (int rank = 0; rank < ranks; rank++) {
      GlooTraffic traffic = new TrainingTraffic(parameters, ranks, divided).step(rank);
      List<Step> steps = all.get(rank);
      assertThat(steps).hasSize(STEPS);
      for (int i = 0; i < STEPS; i++) {
        assertThat(steps.get(i).loss()).isCloseTo(ALONE.get(i), within(1e-5));
        assertThat(steps.get(i).sent())
            .as("rank %d of %d, step %d, divided %s", rank, ranks, i + 1, divided)
            .isEqualTo(traffic.bytes());
      }
    }
  }

  @Test
  void twoSendWhatIsComputed() throws IOException, InterruptedException {
    assertLearnedAndSent(2, true);
    assertLearnedAndSent(2, false);
  }

  @Test
  void fourSendWhatIsComputed() throws IOException, InterruptedException {
    assertLearnedAndSent(4, true);
  }
}
