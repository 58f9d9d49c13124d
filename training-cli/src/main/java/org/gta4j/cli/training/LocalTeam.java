package org.gta4j.cli.training;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.gta4j.checkpoint.Folders;
import org.gta4j.cli.RefusedException;
import org.gta4j.train.workers.GlooWorkers;
import org.gta4j.train.workers.Rendezvous;
import org.gta4j.train.workers.Seat;
import org.gta4j.train.workers.Workers;

/**
 * This process and others of the same command, which it starts and ends. They find each other by a
 * file in a folder for temporary files, where what the others say is kept as well.
 */
final class LocalTeam implements Team {
  /** Tells a process that it is a worker, and which one. */
  static final String RANK = "GTA_WORKER_RANK";

  /** Where it meets the others. */
  static final String STORE = "GTA_WORKER_STORE";

  /** Exit codes above are those of processes that a signal ended. */
  private static final int SIGNALS = 128;

  private static final int KILLED = 9;

  private final List<String> arguments;
  private final int count;
  private final Duration timeout;
  private final Path folder;
  private final List<Process> others = new ArrayList<>();

  /**
   * A team whose others are not started yet.
   *
   * @param arguments of the command
   */
  LocalTeam(List<String> arguments, int count, Duration timeout) {
    this.arguments = List.copyOf(arguments);
    this.count = count;
    this.timeout = timeout;
    try {
      folder = Files.createTempDirectory("gta-workers-");
    } catch (IOException e) {
      throw new RefusedException(
          "--workers: no folder for temporary files can be made: " + e.getMessage(), e);
    }
  }

  @Override
  public int rank() {
    return 0;
  }

  @Override
  public int count() {
    return count;
  }

  @Override
  public int here() {
    return count;
  }

  @Override
  public Workers join(String introduction) {
    Path store = folder.resolve("store");
    for (int rank = 1; rank < count; rank++) {
      others.add(start(rank, store));
    }
    Seat seat = new Seat(0, count, new Rendezvous.File(store), timeout);
    return GlooWorkers.join(seat, introduction, this::ended);
  }

  private Process start(int rank, Path store) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(TrainingMain.class.getName());
    command.addAll(arguments);
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(log(rank).toFile());
    builder.environment().putAll(Map.of(RANK, Integer.toString(rank), STORE, store.toString()));
    try {
      return builder.start();
    } catch (IOException e) {
      throw new RefusedException(
          "--workers: worker %d cannot be started: %s".formatted(rank, e.getMessage()), e);
    }
  }

  private Path log(int rank) {
    return folder.resolve("worker-%d.log".formatted(rank));
  }

  /** How a worker's process ended, if it did. */
  private Optional<String> ended(int rank) {
    if (rank == 0 || others.get(rank - 1).isAlive()) {
      return Optional.empty();
    }
    Process process = others.get(rank - 1);
    int exit = process.exitValue();
    if (exit == SIGNALS + KILLED) {
      return Optional.of(
          "its process %d was killed, as systems do where memory runs out"
              .formatted(process.pid()));
    }
    String how =
        exit > SIGNALS ? "by signal %d".formatted(exit - SIGNALS) : "with exit code " + exit;
    return Optional.of(
        "its process %d ended %s%s"
            .formatted(process.pid(), how, lastWord(rank).map(": "::concat).orElse("")));
  }

  private Optional<String> lastWord(int rank) {
    try {
      List<String> lines = Files.readAllLines(log(rank), StandardCharsets.UTF_8);
      return lines.stream()
          .filter(line -> !line.isBlank())
          .reduce((before, after) -> after)
          .map(line -> line.replaceFirst("^gta: ", ""));
    } catch (IOException e) {
      return Optional.empty(); // it has said nothing that can be read
    }
  }

  /** By now they have nothing to do any more, or cannot do it. */
  @Override
  public void close() {
    others.forEach(Process::destroyForcibly);
    for (Process process : others) {
      process.onExit().join();
    }
    try {
      Folders.delete(folder);
    } catch (IOException e) {
      // A few bytes too many among temporary files.
    }
  }
}
