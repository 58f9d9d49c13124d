package org.gta4j.train.run;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.gta4j.train.workers.GlooWorkers;
import org.gta4j.train.workers.Rendezvous;
import org.gta4j.train.workers.Seat;
import org.gta4j.train.workers.Workers;

/** One of several processes that train together for a few steps; says what each step was. */
final class WorkerProgram {
  private WorkerProgram() {}

  /**
   * Arguments: rank, processes, whether moments are divided, a folder, until which step, and tokens
   * of the vocabulary.
   */
  public static void main(String[] arguments) {
    Path folder = Path.of(arguments[3]);
    Seat seat =
        new Seat(
            Integer.parseInt(arguments[0]),
            Integer.parseInt(arguments[1]),
            new Rendezvous.File(folder.resolve("store")),
            Duration.ofSeconds(60));
    boolean divided = Boolean.parseBoolean(arguments[2]);
    try (Workers workers = GlooWorkers.join(seat, "a test", other -> Optional.empty());
        TinyTraining training =
            TinyTraining.of(
                TinyTraining.plan(1, 0.1), workers, divided, Integer.parseInt(arguments[5]))) {
      training.train(
          workers,
          folder,
          Long.parseLong(arguments[4]),
          report ->
              System.out.println(
                  "step %s %s".formatted(report.loss(), report.bytesSent().orElse(-1))));
    }
    System.exit(0);
  }
}
