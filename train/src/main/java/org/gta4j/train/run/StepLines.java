package org.gta4j.train.run;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.gta4j.checkpoint.AtomicOutput;
import org.gta4j.checkpoint.CheckpointException;
import org.gta4j.checkpoint.Json;
import tools.jackson.databind.node.ObjectNode;

/**
 * A file of JSON objects, one a line, that say in {@code step} which step they are of: each once,
 * whatever was interrupted in between.
 */
public final class StepLines implements AutoCloseable {
  private static final String STEP = "step";

  private final Path file;
  private final FileChannel channel;

  private StepLines(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /**
   * A file of a folder, with the lines of the first {@code step} steps that it has; those that come
   * after the checkpoint a training goes on from are written again.
   *
   * @throws TrainingException if it cannot be written
   */
  public static StepLines open(Path folder, String name, long step) {
    Path file = folder.resolve(name);
    try {
      Files.createDirectories(folder);
      StringBuilder kept = new StringBuilder();
      if (Files.exists(file)) {
        for (String line : Files.readString(file).lines().toList()) {
          if (read(file, line).filter(json -> json.path(STEP).asLong() <= step).isPresent()) {
            kept.append(line).append('\n');
          }
        }
      }
      byte[] bytes = kept.toString().getBytes(StandardCharsets.UTF_8);
      AtomicOutput.write(file, bytes);
      return new StepLines(
          file, FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.APPEND));
    } catch (IOException e) {
      throw TrainingException.unwritable(file, e);
    }
  }

  /**
   * The lines of a file, without one that was not finished.
   *
   * @throws CheckpointException if it cannot be read
   */
  static Stream<ObjectNode> read(Path file) {
    return lines(file).flatMap(line -> read(file, line).stream());
  }

  /**
   * The lines of a file, each of which is a step's; only the last may not be finished.
   *
   * @throws CheckpointException if it cannot be read, or another line is none
   */
  static List<ObjectNode> readStrictly(Path file) {
    List<String> lines = lines(file).toList();
    List<ObjectNode> steps = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      Optional<ObjectNode> step = read(file, lines.get(i));
      if (step.isEmpty() && i + 1 < lines.size()) {
        throw CheckpointException.of(
            file.toString(), "line %d".formatted(i + 1), "a JSON object with a step", lines.get(i));
      }
      step.ifPresent(steps::add);
    }
    return steps;
  }

  private static Stream<String> lines(Path file) {
    try {
      return Files.readString(file).lines();
    } catch (IOException e) {
      throw new CheckpointException("%s: cannot be read: %s".formatted(file, e.getMessage()), e);
    }
  }

  /** A line of a step; empty where it was cut off by whatever ended the process. */
  private static Optional<ObjectNode> read(Path file, String line) {
    try {
      ObjectNode json = Json.readObject(file.toString(), line.getBytes(StandardCharsets.UTF_8));
      return Optional.of(json).filter(found -> found.path(STEP).isIntegralNumber());
    } catch (CheckpointException e) {
      return Optional.empty();
    }
  }

  /**
   * Adds a line.
   *
   * @param more what else it says
   * @throws TrainingException if it cannot be written
   */
  public void add(long step, ObjectNode more) {
    ObjectNode line = Json.object().put(STEP, step);
    line.setAll(more);
    try {
      AtomicOutput.writeFully(
          channel, ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8)));
    } catch (IOException e) {
      throw TrainingException.unwritable(file, e);
    }
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
