package org.gta4j.cli.training;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.gta4j.cli.RefusedException;

/**
 * A worker that a launcher started.
 *
 * @param rank its number among all workers
 * @param process it
 * @param log where it says something, unless it speaks to the user
 */
record WorkerProcess(int rank, Process process, Optional<Path> log) {
  /** What a worker ends with that others have left alone: they have more to say about it. */
  static final int ALONE = 75;

  /** Exit codes above are those of processes that a signal ended. */
  private static final int SIGNALS = 128;

  private static final int KILLED = 9;

  /**
   * Starts one.
   *
   * @param arguments of the command
   * @param environment tells it that it is a worker, and which one
   * @param log where it is to say something; nothing where it speaks to the user
   */
  static WorkerProcess start(
      int rank, List<String> arguments, Map<String, String> environment, Optional<Path> log) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(TrainingMain.class.getName());
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command);
    if (log.isPresent()) {
      builder.redirectOutput(ProcessBuilder.Redirect.DISCARD).redirectError(log.get().toFile());
    } else {
      builder
          .redirectOutput(ProcessBuilder.Redirect.INHERIT)
          .redirectError(ProcessBuilder.Redirect.INHERIT);
    }
    builder.environment().putAll(environment);
    try {
      return new WorkerProcess(rank, builder.start(), log);
    } catch (IOException e) {
      throw new RefusedException(
          "--workers: worker %d cannot be started: %s".formatted(rank, e.getMessage()), e);
    }
  }

  boolean isRunning() {
    return process.isAlive();
  }

  /** Whether it has come to the end. */
  boolean isDone() {
    return !process.isAlive() && process.exitValue() == 0;
  }

  /** Whether it ended because others did. */
  boolean isLeftAlone() {
    return !process.isAlive() && process.exitValue() == ALONE;
  }

  /** Whether it ended before it could say anything. */
  boolean isLost() {
    return !process.isAlive() && process.exitValue() > SIGNALS;
  }

  /** Whether it refused to do what it was told, and would again. */
  boolean hasRefused() {
    return !isRunning() && !isDone() && !isLeftAlone() && !isLost();
  }

  /** Asks it to stop after the step it is at; all workers stop then. */
  void askToStop() {
    try {
      OutputStream line = process.getOutputStream();
      line.write('\n');
      line.flush();
    } catch (IOException e) {
      // It has ended by itself.
    }
  }

  /** How it ended, in words. */
  String ending() {
    int exit = process.exitValue();
    if (exit == SIGNALS + KILLED) {
      return "its process %d was killed, as systems do where memory runs out"
          .formatted(process.pid());
    }
    String how =
        exit > SIGNALS ? "by signal %d".formatted(exit - SIGNALS) : "with exit code " + exit;
    return "its process %d ended %s%s"
        .formatted(process.pid(), how, lastWord().map(": "::concat).orElse(""));
  }

  /** The last that it said, where it did not say it to the user. */
  Optional<String> lastWord() {
    if (log.isEmpty()) {
      return Optional.empty();
    }
    try {
      List<String> lines = Files.readAllLines(log.get(), StandardCharsets.UTF_8);
      return lines.stream()
          .filter(line -> !line.isBlank())
          .reduce((before, after) -> after)
          .map(line -> line.replaceFirst("^gta: ", ""));
    } catch (IOException e) {
      return Optional.empty(); // it has said nothing that can be read
    }
  }

  /** Ends it, if it has not ended. */
  void end() {
    process.destroyForcibly();
    process.onExit().join();
  }
}
