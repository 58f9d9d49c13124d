package org.gta4j.cli.training.report;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.Stream;
import org.gta4j.checkpoint.AtomicOutput;
import org.gta4j.train.run.StepReport;
import org.gta4j.train.run.TrainingException;

/**
 * A training's event file for TensorBoard: a record a step, each step once, whatever was
 * interrupted in between. It is cut at its place, so that somebody who looks on need not notice.
 */
final class EventFile implements AutoCloseable {
  /** The folder of event files. */
  static final String FOLDER = "tensorboard";

  private static final String PREFIX = "events.out.tfevents.";

  private final Path file;
  private final FileChannel channel;
  private final Clock clock;

  private EventFile(Path file, FileChannel channel, Clock clock) {
    this.file = file;
    this.channel = channel;
    this.clock = clock;
  }

  /**
   * The file of a training's folder, with the records of the first {@code step} steps that it has.
   *
   * @throws TrainingException if it cannot be written
   */
  static EventFile open(Path training, long step, Clock clock) {
    Path folder = training.resolve(FOLDER);
    Path file = folder;
    try {
      Files.createDirectories(folder);
      // TensorBoard wants seconds and a machine's name in this place.
      Path fresh =
          folder.resolve("%s%010d.gta4j".formatted(PREFIX, clock.instant().getEpochSecond()));
      file = newest(folder).orElse(fresh);
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      channel.truncate(bytesUntil(file, step));
      channel.position(channel.size());
      EventFile events = new EventFile(file, channel, clock);
      if (channel.size() == 0) {
        events.write(EventRecord.version(events.now()));
      }
      return events;
    } catch (IOException e) {
      throw TrainingException.unwritable(file, e);
    }
  }

  private static Optional<Path> newest(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> String.valueOf(file.getFileName()).startsWith(PREFIX))
          .max(Comparator.naturalOrder());
    }
  }

  /** Bytes of all whole records before the first of a later step. */
  private static long bytesUntil(Path file, long step) throws IOException {
    long kept = 0;
    byte[] header = new byte[EventRecord.HEADER_BYTES];
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
      while (true) {
        in.readFully(header);
        Optional<Integer> length = EventRecord.bytesAfter(header, Files.size(file));
        if (length.isEmpty()) {
          return kept;
        }
        byte[] rest = new byte[length.get()];
        in.readFully(rest);
        if (EventRecord.step(rest).filter(of -> of <= step).isEmpty()) {
          return kept;
        }
        kept += header.length + rest.length;
      }
    } catch (EOFException e) {
      return kept; // the last record was cut off by whatever ended the process
    }
  }

  /**
   * Adds a step's record.
   *
   * @throws TrainingException if it cannot be written
   */
  void add(StepReport report) {
    SequencedMap<String, Double> scalars = new LinkedHashMap<>();
    scalars.put("loss/training", report.loss());
    report.validationLoss().ifPresent(loss -> scalars.put("loss/validation", loss));
    scalars.put("learning_rate", report.learningRate());
    scalars.put("gradient_norm", report.gradientNorm());
    scalars.put("tokens_per_second", report.tokensPerSecond());
    try {
      write(EventRecord.scalars(now(), report.step(), scalars));
    } catch (IOException e) {
      throw TrainingException.unwritable(file, e);
    }
  }

  private void write(ByteBuffer record) throws IOException {
    AtomicOutput.writeFully(channel, record);
  }

  private double now() {
    return clock.millis() / 1e3;
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
