package org.gta4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code ./gta serve} as users start it. */
class ServeIT {
  private static final int TERMINATED = 128 + 15;

  @Test
  void servesSaysWhereAndEndsWhenItIsAsked() throws Exception {
    Process process =
        GtaProcess.builder(
                List.of(
                    GtaProcess.root().resolve("gta").toString(),
                    "serve",
                    "--port",
                    "0",
                    "--json",
                    "--api-key",
                    "secret"))
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try (BufferedReader output = process.inputReader()) {
      String line = output.readLine();
      assertThat(line).isNotNull();
      String address = JsonMapper.shared().readTree(line).path("address").stringValue();
      assertThat(ask(address, "no secret").getResponseCode()).isEqualTo(401);
      HttpURLConnection answer = ask(address, "secret");
      assertThat(answer.getResponseCode()).isEqualTo(200);
      JsonNode choice =
          JsonMapper.shared().readTree(answer.getInputStream()).path("choices").path(0);
      assertThat(choice.path("text").stringValue()).isNotBlank();
      assertThat(choice.path("finish_reason").stringValue()).isEqualTo("length");
      process.destroy();
      assertThat(process.waitFor(9, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isEqualTo(TERMINATED);
    } finally {
      process.destroyForcibly();
    }
  }

  private static HttpURLConnection ask(String address, String key) throws IOException {
    HttpURLConnection connection =
        (HttpURLConnection) URI.create(address + "/v1/completions").toURL().openConnection();
    connection.setRequestProperty("Authorization", "Bearer " + key);
    connection.setRequestProperty("Content-Type", "application/json");
    connection.setDoOutput(true);
    try (OutputStream body = connection.getOutputStream()) {
      body.write(
          "{\"prompt\": \"Once upon a time\", \"max_tokens\": 8, \"temperature\": 0}"
              .getBytes(StandardCharsets.UTF_8));
    }
    return connection;
  }

  @Test
  void mistakesAreOneLine() {
    GtaProcess.Ended ended = GtaProcess.plain("serve", "--cors", "nowhere");
    assertThat(ended.code()).isEqualTo(2);
    assertThat(ended.err().lines()).singleElement().asString().contains("--cors", "nowhere");
    assertThat(GtaProcess.plain("serve", "--port", "70000").code()).isEqualTo(2);
    assertThat(GtaProcess.plain("serve", "--cache-folder", ".").code()).isEqualTo(2);
    assertThat(GtaProcess.plain("serve", "--tls-key", "key.pem").code()).isEqualTo(2);
  }
}
