package org.gta4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
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

  /** A server that is killed leaves what it has saved, and nothing that the next one keeps. */
  @Test
  void goesOnAfterItWasKilled(@TempDir Path folder) throws Exception {
    Path disk = Files.createDirectory(folder.resolve("disk"));
    Files.createDirectory(folder.resolve("sessions"));
    String save = "{\"action\": \"save\", \"prompt\": \"%s\"}".formatted(LONG);
    String saved;
    try (Running server = new Running(folder)) {
      assertThat(server.post("/v1/completions", COMPLETION)).contains("\"finish_reason\"");
      saved = server.post("/v1/sessions/one", save);
      assertThat(saved).contains("\"tokens\"");
      assertThat(disk).isNotEmptyDirectory();
      server.process.destroyForcibly().waitFor();
    }
    assertThat(disk).as("it had no time to tidy up").isNotEmptyDirectory();
    Files.setLastModifiedTime(left(disk), FileTime.from(Instant.now().minusSeconds(60)));
    try (Running server = new Running(folder)) {
      assertThat(server.post("/v1/sessions/one", "{\"action\": \"restore\"}"))
          .isEqualTo(saved.replace("save", "restore"));
      assertThat(server.post("/v1/completions", COMPLETION))
          .as("found in the cache")
          .doesNotContain("\"cached_tokens\":0");
      left(disk); // its own alone
      server.process.destroy();
      assertThat(server.process.waitFor(9, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(disk).isEmptyDirectory();
  }

  private static final String LONG = "Once upon a time there was a little fox. ".repeat(8).strip();
  private static final String COMPLETION =
      "{\"prompt\": \"%s\", \"max_tokens\": 4, \"temperature\": 0}".formatted(LONG);

  private static Path left(Path disk) throws IOException {
    try (var files = Files.list(disk)) {
      List<Path> found = files.toList();
      assertThat(found).hasSize(1);
      return found.getFirst();
    }
  }

  /** A server with sessions and a disk. */
  private static final class Running implements AutoCloseable {
    private final Process process;
    private final String address;

    Running(Path folder) throws IOException {
      process =
          GtaProcess.builder(
                  List.of(
                      GtaProcess.root().resolve("gta").toString(),
                      "serve",
                      "--port",
                      "0",
                      "--json",
                      "--sessions",
                      folder.resolve("sessions").toString(),
                      "--cache-disk",
                      "16MiB",
                      "--cache-folder",
                      folder.resolve("disk").toString()))
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String line = process.inputReader().readLine();
      assertThat(line).isNotNull();
      address = JsonMapper.shared().readTree(line).path("address").stringValue();
    }

    String post(String path, String body) throws IOException {
      HttpURLConnection connection =
          (HttpURLConnection) URI.create(address + path).toURL().openConnection();
      connection.setDoOutput(true);
      connection.getOutputStream().write(body.getBytes(StandardCharsets.UTF_8));
      assertThat(connection.getResponseCode()).as(path).isEqualTo(200);
      return new String(connection.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
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
