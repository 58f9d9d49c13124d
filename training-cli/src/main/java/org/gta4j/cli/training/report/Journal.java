package org.gta4j.cli.training.report;

import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import java.util.function.Consumer;
import org.gta4j.train.run.Metrics;
import org.gta4j.train.run.StepReport;
import org.gta4j.train.run.TrainingException;

/**
 * What a training writes down of each step, for programs and for people who look on; at its end,
 * whatever that was, it draws the curves.
 */
public final class Journal implements AutoCloseable {
  private final Path folder;
  private final Consumer<String> news;
  private final Metrics metrics;
  private final EventFile events;
  private final Optional<Samples> samples;

  private Journal(
      Path folder,
      Consumer<String> news,
      Metrics metrics,
      EventFile events,
      Optional<Samples> samples) {
    this.folder = folder;
    this.news = news;
    this.metrics = metrics;
    this.events = events;
    this.samples = samples;
  }

  /**
   * The journal of a training's folder, of whose steps it keeps the first {@code step}.
   *
   * @param news hears what people want to know at once
   * @throws TrainingException if it cannot be written
   * @throws org.gta4j.checkpoint.CheckpointException if the settings cannot
   */
  public static Journal open(Path folder, long step, Subject subject, Consumer<String> news) {
    subject.write(folder);
    Metrics metrics = Metrics.open(folder, step);
    try {
      EventFile events = EventFile.open(folder, step, Clock.systemUTC());
      try {
        return new Journal(
            folder,
            news,
            metrics,
            events,
            subject.samples().map(plan -> Samples.open(folder, step, plan, subject.parameters())));
      } catch (RuntimeException | Error e) {
        events.close();
        throw e;
      }
    } catch (RuntimeException | Error e) {
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
    try {
      samples
          .flatMap(all -> all.after(report))
          .ifPresent(text -> news.accept("step %d: %s".formatted(report.step(), text)));
    } catch (TrainingException e) {
      throw e;
    } catch (RuntimeException | OutOfMemoryError e) {
      // Logits that are no numbers, or no memory for a second model: no reason to end a training.
      news.accept("step %d: no sample: %s".formatted(report.step(), e.getMessage()));
    }
  }

  @Override
  public void close() {
    try (metrics;
        events) {
      samples.ifPresent(Samples::close);
    }
    try {
      Curves.draw(folder);
    } catch (RuntimeException | LinkageError | InternalError e) {
      // A disk that is full, or a JDK without fonts: no reason to lose what was trained.
      news.accept("the curves cannot be drawn: " + e.getMessage());
    }
  }
}
