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
import org.gta4j.cost.GradientBuckets;
import org.gta4j.cost.TrainingTraffic;
import org.gta4j.train.workers.Workers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Workers that are processes: what they learn, and what the system counts that they send. */
class WorkerProcessesTest {
  private static final int STEPS = 5;

  @TempDir private Path folder = Path.of("");

  /** What one process learns, whose losses and parameters these are. */
  private record Alone(int vocabulary, List<Double> losses, long parameters) {
    static Alone train(int vocabulary, int steps, Path saved) {
      List<Double> losses = new ArrayList<>();
      try (Workers alone = Workers.alone();
          TinyTraining training =
              TinyTraining.of(TinyTraining.plan(1, 0.1), alone, false, vocabulary)) {
        training.train(alone, saved, steps, report -> losses.add(report.loss()));
        long parameters =
            training.parameters.trainedViews().values().stream()
                .mapToLong(tensor -> tensor.shape().elements())
                .sum();
        return new Alone(vocabulary, losses, parameters);
      }
    }
  }

  /** A step's loss, and the bytes that a process sent. */
  private record Step(double loss, long sent) {
    static Step read(String line) {
      String[] words = line.split(" ", -1);
      return new Step(Double.parseDouble(words[1]), Long.parseLong(words[2]));
    }
  }

  private List<List<Step>> train(Alone alone, int ranks, boolean divided)
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
              Integer.toString(alone.losses.size()),
              Integer.toString(alone.vocabulary)));
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

  private void assertLearnedAndSent(Alone alone, int ranks, boolean divided)
      throws IOException, InterruptedException {
    List<List<Step>> all = train(alone, ranks, divided);
    for (int rank = 0; rank < ranks; rank++) {
      GlooTraffic traffic = new TrainingTraffic(alone.parameters, ranks, divided).step(rank);
      List<Step> steps = all.get(rank);
      assertThat(steps).hasSameSizeAs(alone.losses);
      for (int i = 0; i < steps.size(); i++) {
        assertThat(steps.get(i).loss()).isCloseTo(alone.losses.get(i), within(1e-5));
        assertThat(steps.get(i).sent())
            .as("rank %d of %d, step %d, divided %s", rank, ranks, i + 1, divided)
            .isEqualTo(traffic.bytes());
      }
    }
  }

  @Test
  void processesSendWhatIsComputed() throws IOException, InterruptedException {
    Alone alone = Alone.train(TinyTraining.VOCABULARY, STEPS, folder);
    assertLearnedAndSent(alone, 2, true);
    assertLearnedAndSent(alone, 2, false);
    assertLearnedAndSent(alone, 4, true);
  }

  @Test
  void moreThanOneBucketIsSentAsIsComputed() throws IOException, InterruptedException {
    Alone alone = Alone.train(27_000, 2, folder);
    assertThat(new GradientBuckets(alone.parameters, 2).count()).isEqualTo(2);
    assertLearnedAndSent(alone, 2, true);
  }
}
