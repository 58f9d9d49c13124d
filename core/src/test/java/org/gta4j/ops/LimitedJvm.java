package org.gta4j.ops;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Runs a test's program in a JVM that can write no large files, as on a disk that is full. */
public final class LimitedJvm {
  /** A shell counts in blocks of so many bytes. */
  private static final int BLOCK_BYTES = 512;

  private LimitedJvm() {}

  /**
   * Runs a program to its end.
   *
   * @param fileBytes how large a file may become
   * @param program a class with a {@code main} method, which is given the folder
   * @return what it printed
   */
  public static String run(long fileBytes, Class<?> program, Path folder)
      throws IOException, InterruptedException {
    String limited = "ulimit -f " + fileBytes / BLOCK_BYTES + "; exec \"$0\" \"$@\"";
    Process process =
        new ProcessBuilder(
                "sh",
                "-c",
                limited,
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-XX:-UsePerfData",
                "-cp",
                System.getProperty("java.class.path"),
                program.getName(),
                folder.toString())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }
}
