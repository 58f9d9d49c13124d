package org.gta4j.train.run;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.gta4j.checkpoint.AtomicOutput;
import org.gta4j.checkpoint.Json;
import tools.jackson.databind.node.ObjectNode;

/** {@code metrics.jsonl}: a line a step, each step once, whatever was interrupted in between. */
public final class Metrics implements AutoCloseable {
  /** The file's name. */
  public static final String FILE = "metrics.jsonl";

  private final Path file;
  private final FileChannel channel;

  private Metrics(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /**
   * The file of a folder, with the lines of the first {@code step} steps that it has; those that
   * come after the checkpoint a training goes on from are written again.
   *
   * @throws TrainingException if it cannot be written
   */
  public static Metrics open(Path folder, long step) {
    Path file = folder.resolve(FILE);
    try {
      Files.createDirectories(folder);
      StringBuilder kept = new StringBuilder();
      if (Files.exists(file)) {
        String text = Files.readString(file);
        for (String line : text.lines().toList()) {
          if (stepOf(line) <= step) {
            kept.append(line).append('\n');
          }
        }
      }
      byte[] bytes = kept.toString().getBytes(StandardCharsets.UTF_8);
      AtomicOutput.write(file, out -> AtomicOutput.writeFully(out, ByteBuffer.wrap(bytes)));
      return new Metrics(
          file, FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.APPEND));
    } catch (IOException e) {
      throw unwritable(file, e);
    }
  }

  /** The step of a line; a line that was not finished belongs to none. */
  private static long stepOf(String line) {
    try {
      return Json.readObject(FILE, line.getBytes(StandardCharsets.UTF_8))
          .path("step")
          .asLong(Long.MAX_VALUE);
    } catch (RuntimeException e) {
      return Long.MAX_VALUE; // cut off by whatever ended the process
    }
  }

  /**
   * Adds a step's line.
   *
   * @throws TrainingException if it cannot be written
   */
  public void add(StepReport report) {
    ObjectNode line = Json.object();
    line.put("step", report.step());
    line.put("loss", report.loss());
    line.put("tokens", report.tokens());
    line.put("tokens_per_second", report.tokensPerSecond());
    line.put("learning_rate", report.learningRate());
    line.put("grad_norm", report.gradientNorm());
    report.validationLoss().ifPresent(loss -> line.put("validation_loss", loss));
    try {
      AtomicOutput.writeFully(
          channel, ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8)));
    } catch (IOException e) {
      throw unwritable(file, e);
    }
  }

  private static TrainingException unwritable(Path file, IOException e) {
    return new TrainingException("%s: cannot be written: %s".formatted(file, e.getMessage()), e);
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
