package org.gta4j.cli.spark.job;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.apache.spark.SparkException;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.gta4j.checkpoint.CheckpointException;
import org.gta4j.cli.Progress;
import org.gta4j.cli.RefusedException;
import org.gta4j.cli.Terminal;
import org.gta4j.cli.UsageException;
import org.gta4j.data.DataException;
import org.gta4j.eval.EvalException;

/** Spark while a verb uses it. */
public final class SparkJob implements AutoCloseable {
  private final Terminal terminal;
  private final SparkSession session;

  private SparkJob(Terminal terminal, SparkSession session) {
    this.terminal = terminal;
    this.session = session;
  }

  /**
   * Starts Spark in this process, which is the driver.
   *
   * @param name what Spark's pages call it
   * @param place where tasks run
   * @throws RefusedException if it does not start
   */
  public static SparkJob open(Terminal terminal, String name, SparkPlace place) {
    SparkSession.Builder builder = SparkSession.builder().appName(name);
    settings(place).forEach(builder::config);
    try (Progress starting = new Progress(terminal, "starting Spark", 1, "step")) {
      SparkSession session = builder.getOrCreate();
      starting.at(1);
      return new SparkJob(terminal, session);
    } catch (Exception e) { // Scala's code throws what it does not declare
      throw new RefusedException(
          "--master: %s: Spark did not start: %s".formatted(place.master(), reason(e)), e);
    }
  }

  private static Map<String, String> settings(SparkPlace place) {
    Map<String, String> settings = new TreeMap<>();
    if (!place.isSubmitted()) {
      settings.put("spark.master", place.master());
    }
    if (place.isThisMachine()) {
      // Nobody else has to find this process, or should.
      settings.put("spark.driver.host", "127.0.0.1");
      settings.put("spark.driver.bindAddress", "127.0.0.1");
      settings.put("spark.ui.enabled", "false");
      settings.put("spark.sql.shuffle.partitions", "16");
    }
    if (!place.isHere() && !place.isSubmitted()) {
      settings.put(
          "spark.jars",
          SparkJars.ours().stream().map(Path::toString).collect(Collectors.joining(",")));
      for (String setting : SparkJars.settings()) {
        settings.put(
            setting.substring(0, setting.indexOf('=')),
            setting.substring(setting.indexOf('=') + 1));
      }
    }
    settings.put("spark.ui.showConsoleProgress", "false");
    settings.putAll(place.configuration());
    return settings;
  }

  /** Spark's session. */
  public SparkSession session() {
    return session;
  }

  /** The same for collections of Java's objects. */
  public JavaSparkContext context() {
    return JavaSparkContext.fromSparkContext(session.sparkContext());
  }

  /** How many tasks run at once, as far as Spark knows by now. */
  public int parallelism() {
    return Math.max(1, session.sparkContext().defaultParallelism());
  }

  /**
   * Has tasks do something, and tells how far they are.
   *
   * @param what what they do, for people
   * @param tasks how many there will be, as far as one knows
   * @throws RefusedException if a task has failed; what it threw for users is thrown as it is
   */
  public <T> T run(String what, int tasks, Callable<T> work) {
    TaskCount count = new TaskCount(tasks);
    session.sparkContext().addSparkListener(count);
    try (Progress progress = new Progress(terminal, what, tasks, "tasks")) {
      count.tell(progress);
      return work.call();
    } catch (Exception e) {
      if (session.sparkContext().isStopped()) { // Ctrl-C
        throw new RefusedException("stopped before all was done", e);
      }
      throw told(e);
    } finally {
      session.sparkContext().removeSparkListener(count);
    }
  }

  /** What a task threw, where that is a sentence for users. */
  private static RuntimeException told(Exception failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof DataException
          || cause instanceof EvalException
          || cause instanceof CheckpointException
          || cause instanceof RefusedException
          || cause instanceof UsageException) {
        return (RuntimeException) cause;
      }
    }
    return new RefusedException("Spark gave the job up: " + reason(failure), failure);
  }

  /** The first line of what the innermost cause says: Spark's own go on with traces. */
  private static String reason(Throwable failure) {
    Throwable cause = failure;
    for (int depth = 0; depth < 16 && cause.getCause() != null; depth++) {
      cause = cause.getCause();
    }
    String message = cause.getMessage() == null ? cause.toString() : cause.getMessage();
    List<String> lines = message.lines().filter(line -> !line.isBlank()).toList();
    String first = lines.isEmpty() ? cause.toString() : lines.getFirst().strip();
    return cause instanceof SparkException
        ? first
        : "%s (%s)".formatted(first, cause.getClass().getSimpleName());
  }

  @Override
  public void close() {
    session.stop();
  }
}
