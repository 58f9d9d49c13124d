package org.gta4j.train.run;

import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.gta4j.checkpoint.CheckpointException;
import org.gta4j.checkpoint.Json;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code metrics.jsonl}: a line a step, each step once, whatever was interrupted in between. */
public final class Metrics implements AutoCloseable {
  /** The file's name. */
  public static final String FILE = "metrics.jsonl";

  private static final String STEP = "step";
  private static final String LOSS = "loss";
  private static final String TOKENS = "tokens";
  private static final String SPEED = "tokens_per_second";
  private static final String RATE = "learning_rate";
  private static final String NORM = "grad_norm";
  private static final String SENT = "bytes_sent";
  private static final String VALIDATION = "validation_loss";

  private final StepLines lines;

  private Metrics(StepLines lines) {
    this.lines = lines;
  }

  /**
   * The file of a folder, with the lines of the first {@code step} steps that it has; those that
   * come after the checkpoint a training goes on from are written again.
   *
   * @throws TrainingException if it cannot be written
   */
  public static Metrics open(Path folder, long step) {
    return new Metrics(StepLines.open(folder, FILE, step));
  }

  /**
   * All steps that a folder's file has.
   *
   * @throws org.gta4j.checkpoint.CheckpointException if it cannot be read
   */
  public static List<StepReport> read(Path folder) {
    return StepLines.read(folder.resolve(FILE)).map(Metrics::report).toList();
  }

  /**
   * The same, where every line must be whole and have a loss that is a number, or {@code NaN} where
   * a training came to none.
   *
   * @throws org.gta4j.checkpoint.CheckpointException if one has not
   */
  public static List<StepReport> readStrictly(Path folder) {
    Path file = folder.resolve(FILE);
    List<ObjectNode> lines = StepLines.readStrictly(file);
    for (ObjectNode line : lines) {
      for (String field : List.of(LOSS, TOKENS, SPEED)) {
        JsonNode value = line.path(field);
        if (!value.isNumber() && !value.asString("").equals("NaN")) {
          throw CheckpointException.of(
              file.toString(),
              "step %d: %s".formatted(line.path(STEP).asLong(), field),
              "a number",
              value);
        }
      }
    }
    return lines.stream().map(Metrics::report).toList();
  }

  private static StepReport report(ObjectNode line) {
    JsonNode validation = line.path(VALIDATION);
    return new StepReport(
        line.path(STEP).asLong(),
        line.path(LOSS).asDouble(Double.NaN),
        line.path(TOKENS).asLong(0),
        line.path(SPEED).asDouble(Double.NaN),
        line.path(RATE).asDouble(Double.NaN),
        line.path(NORM).asDouble(Double.NaN),
        line.path(SENT).isIntegralNumber()
            ? OptionalLong.of(line.path(SENT).longValue())
            : OptionalLong.empty(),
        validation.isNumber()
            ? OptionalDouble.of(validation.doubleValue())
            : OptionalDouble.empty());
  }

  /**
   * Adds a step's line.
   *
   * @throws TrainingException if it cannot be written
   */
  public void add(StepReport report) {
    ObjectNode line = Json.object();
    line.put(LOSS, report.loss());
    line.put(TOKENS, report.tokens());
    line.put(SPEED, report.tokensPerSecond());
    line.put(RATE, report.learningRate());
    line.put(NORM, report.gradientNorm());
    report.bytesSent().ifPresent(bytes -> line.put(SENT, bytes));
    report.validationLoss().ifPresent(loss -> line.put(VALIDATION, loss));
    lines.add(report.step(), line);
  }

  @Override
  public void close() {
    lines.close();
  }
}
