package org.gta4j.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.gta4j.generate.LanguageModel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Clients that ask for much, and then neither read nor leave. */
@Timeout(120)
class SlowReaderTest {
  @TempDir Path folder;

  @Test
  void clientsThatStopReadingKeepNothing() throws Exception {
    try (LanguageModel model = TestModels.chat(folder, 16_000);
        TestServer server =
            TestServer.start(
                model,
                TestServer.engine(model, 4096, 4, 8),
                TestServer.limits(1 << 20, Duration.ofSeconds(2)))) {
      server.awaitIdle();
      List<RawConnection> clients = new ArrayList<>();
      for (List<String> asked :
          List.of(
              List.of(
                  "/v1/completions",
                  "{'prompt': 'q', 'ignore_eos': true, 'max_tokens': -1, 'logprobs': 100, 'n': 4, 'stream': true}"),
              List.of(
                  "/tokenize",
                  "{'content': '%s', 'with_pieces': true}".formatted("q".repeat(300_000))))) {
        RawConnection client = RawConnection.narrow(server.port());
        client.post(asked.getFirst(), asked.getLast());
        assertThat(client.line()).contains("200");
        clients.add(client);
      }
      TestServer.await(() -> ended(server) == clients.size());
      server.awaitIdle();
      TestServer.await(() -> connections() <= 1); // that which asks how it does
      for (RawConnection client : clients) {
        assertThat(client.ends()).isTrue();
        client.close();
      }
      server.post("/v1/completions", "{'prompt': 'a', 'max_tokens': 1}").ok();
    }
  }

  /** How many clients have left, by the server's account, or have had their time. */
  private static int ended(TestServer server) {
    return server
        .get("/metrics")
        .text()
        .lines()
        .filter(line -> line.matches("gta_requests_seconds_count\\{outcome=\"(left|504)\".*"))
        .mapToInt(line -> (int) Double.parseDouble(line.substring(line.lastIndexOf(' '))))
        .sum();
  }

  /** How many connections have threads. */
  private long connections() {
    try {
      Path dump = Files.createTempDirectory(folder, "threads").resolve("dump");
      ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
          .dumpThreads(dump.toString(), HotSpotDiagnosticMXBean.ThreadDumpFormat.TEXT_PLAIN);
      return Files.readAllLines(dump).stream()
          .filter(line -> line.matches("#\\d+ \"(.*WebServer socket|gta4j-ahead).*"))
          .count();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
