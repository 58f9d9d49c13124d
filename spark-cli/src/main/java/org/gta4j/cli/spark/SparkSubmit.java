package org.gta4j.cli.spark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.gta4j.cli.Terminal;
import org.gta4j.cli.spark.job.SparkJars;
import org.jspecify.annotations.Nullable;

/**
 * A command whose driver a Spark that is installed starts, since it alone knows how to reach the
 * cluster: {@code yarn} and {@code k8s://}.
 *
 * @param master the cluster
 * @param args the whole command
 */
record SparkSubmit(String master, List<String> args) {
  private static final int FAILED = 1;
  private static final String MASTER = "--master";

  /** Spark's own flag, which its launcher sets in the drivers that it starts. */
  private static final String SUBMITTED = "SPARK_SUBMIT";

  /** What a command needs, if another process has to start its driver. */
  static Optional<SparkSubmit> wanted(String... args) {
    List<String> all = List.of(args);
    return Boolean.getBoolean(SUBMITTED) || all.contains("--help") || all.contains("-h")
        ? Optional.empty()
        : value(all, MASTER)
            .filter(master -> master.startsWith("yarn") || master.startsWith("k8s://"))
            .map(master -> new SparkSubmit(master, all));
  }

  private static Optional<String> value(List<String> args, String option) {
    for (int i = 0; i < args.size(); i++) {
      if (args.get(i).startsWith(option + "=")) {
        return Optional.of(args.get(i).substring(option.length() + 1));
      }
      if (args.get(i).equals(option) && i + 1 < args.size()) {
        return Optional.of(args.get(i + 1));
      }
    }
    return Optional.empty();
  }

  /** Runs the command; returns its exit code. */
  int run(Terminal terminal) {
    Optional<Path> program = program(System.getenv("SPARK_HOME"));
    if (program.isEmpty()) {
      terminal.say(
          "--master: %s: expected SPARK_HOME to name a Spark %s with bin/spark-submit, which knows how to reach the cluster; found %s"
              .formatted(
                  master,
                  SparkJars.version(),
                  Optional.ofNullable(System.getenv("SPARK_HOME"))
                      .map(home -> home + " without it")
                      .orElse("no SPARK_HOME")));
      return FAILED;
    }
    try {
      Process process = new ProcessBuilder(command(program.get())).inheritIO().start();
      return process.waitFor();
    } catch (IOException e) {
      terminal.say("%s: cannot be started: %s".formatted(program.get(), e.getMessage()));
      return FAILED;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return FAILED;
    }
  }

  private static Optional<Path> program(@Nullable String home) {
    return Optional.ofNullable(home)
        .map(place -> Path.of(place).resolve("bin").resolve("spark-submit"))
        .filter(Files::isExecutable);
  }

  /** What is started: this application's jars go along, Spark's are there. */
  List<String> command(Path program) {
    List<Path> jars = SparkJars.ours();
    List<String> command = new ArrayList<>();
    command.add(program.toString());
    command.addAll(List.of(MASTER, master, "--deploy-mode", "client"));
    command.addAll(List.of("--class", SparkMain.class.getName()));
    command.addAll(
        List.of("--jars", jars.stream().map(Path::toString).collect(Collectors.joining(","))));
    for (String setting : settings()) {
      command.addAll(List.of("--conf", setting));
    }
    command.add(SparkJars.application(jars).toString());
    command.addAll(args);
    return command;
  }

  private Stream<String> conf() {
    List<String> found = new ArrayList<>();
    for (int i = 0; i < args.size(); i++) {
      if (args.get(i).startsWith("--conf=")) {
        found.add(args.get(i).substring("--conf=".length()));
      } else if (args.get(i).equals("--conf") && i + 1 < args.size()) {
        found.add(args.get(i + 1));
      }
    }
    return found.stream();
  }

  private List<String> settings() {
    return Stream.concat(SparkJars.settings().stream(), conf()).toList();
  }
}
