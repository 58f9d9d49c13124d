package org.gta4j.bench.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * Two hundred clients for two minutes, a fifth of whose answers are left midway: the long version
 * is {@link ServeLoad}'s own.
 */
class ServeLoadIT {
  private static final int CLIENTS = 200;
  private static final int SECONDS = Integer.getInteger("gta.loadSeconds", 120);

  /** Room for some dozens of texts: others wait, and some have to give way. */
  private static final int BLOCKS = 150;

  private static final int TOGETHER = 48;

  @Test
  void nothingIsLostOrCrossedAndMemoryIsFlat() throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            // As ./gta serve starts it.
            "--enable-native-access=ALL-UNNAMED",
            "-XX:+UseSerialGC",
            "-Xms128m",
            "-Xmx512m",
            "-Xmn96m",
            "-XX:SurvivorRatio=4",
            "-XX:TrimNativeHeapInterval=10000",
            "-cp",
            System.getProperty("java.class.path"),
            ServerProgram.class.getName(),
            Integer.toString(BLOCKS),
            Integer.toString(TOGETHER),
            Integer.toString(CLIENTS));
    Process process = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
    try (BufferedReader output = process.inputReader()) {
      ServeLoad load = new ServeLoad(output.readLine(), 25, 80);
      load.prepare();
      ServeLoad.Outcome outcome = load.run(CLIENTS, SECONDS, process.pid());
      System.out.println(outcome);
      process.outputWriter().close();
      List<String> last = output.readAllLines();
      System.out.println(last);
      assertThat(outcome.faults()).isEmpty();
      assertThat(outcome.lost()).isZero();
      assertThat(outcome.crossed()).isZero();
      assertThat(outcome.whole()).isGreaterThan(CLIENTS);
      assertThat(outcome.left()).isPositive();
      assertThat(outcome.residentBytes().get(1))
          .isLessThan(outcome.residentBytes().get(0) * 11 / 10);
      assertThat(last).singleElement().asString().startsWith("0 open, 0 blocks held for nobody");
      assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }
  }
}
