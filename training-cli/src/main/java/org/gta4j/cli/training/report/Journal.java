package org.gta4j.cli.training.report;

import java.nio.file.Path;
import java.time.Clock;
import org.gta4j.train.run.Metrics;
import org.gta4j.train.run.StepReport;
import org.gta4j.train.run.TrainingException;

/** What a training writes down of each step, for programs and for people who look on. */
public final class Journal implements AutoCloseable {
  private final Metrics metrics;
  private final EventFile events;

  private Journal(Metrics metrics, EventFile events) {
    this.metrics = metrics;
    this.events = events;
  }

  /**
   * The journal of a training's folder, of whose steps it keeps the first {@code step}.
   *
   * @throws TrainingException if it cannot be written
   */
  public static Journal open(Path folder, long step) {
    Metrics metrics = Metrics.open(folder, step);
    try {
      return new Journal(metrics, EventFile.open(folder, step, Clock.systemUTC()));
    } catch (TrainingException e) {
      metrics.close();
      throw e;
    }
  }

  /**
   * Writes a step down.
   *
   * @throws TrainingException if it cannot be written
   */
  public void add(StepReport report) {
    metrics.add(report);
    events.add(report);
  }

  @Override
  public void close() {
    metrics.close();
    events.close();
  }
}
