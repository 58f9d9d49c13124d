package org.gta4j.ops;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Runs a test's program in a JVM of its own: one that has compiled nothing yet, or has other flags.
 */
public final class ChildJvm {
  private static final int SECONDS = 600;

  private ChildJvm() {}

  /**
   * Runs a program to its end.
   *
   * @param flags the JVM's, beside those the tests themselves run with
   * @param program a class with a {@code main} method
   * @return the lines it printed
   * @throws AssertionError if it fails, with what it printed
   */
  public static List<String> run(List<String> flags, Class<?> program, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of("--add-modules", "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"));
    command.add("-Xmx512m");
    command.addAll(flags);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), program.getName()));
    command.addAll(List.of(arguments));
    try {
      File output = Files.createTempFile("gta4j-child", ".txt").toFile();
      try {
        ProcessBuilder builder =
            new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output);
        // The JVM says on the program's output that it has picked these up.
        builder.environment().keySet().removeAll(Set.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS"));
        Process process = builder.start();
        boolean ended = process.waitFor(SECONDS, TimeUnit.SECONDS);
        process.destroyForcibly();
        List<String> lines = Files.readAllLines(output.toPath(), StandardCharsets.UTF_8);
        if (!ended || process.exitValue() != 0) {
          throw new AssertionError(
              "%s %s:%n%s"
                  .formatted(command, ended ? "failed" : "did not end", String.join("\n", lines)));
        }
        return lines;
      } finally {
        Files.delete(output.toPath());
      }
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(command + " could not be run", e);
    }
  }
}
