package org.gta4j.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.gta4j.generate.LanguageModel;
import org.gta4j.server.settings.ServerSettings;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Texts that go on after the server has started again. */
@Timeout(300)
class SessionsTest {
  private static final String PATH = "/v1/sessions/";
  private static final String PROMPT = "'prompt': '%s'".formatted("the one ".repeat(16));

  @TempDir static Path folder;
  private static LanguageModel model;

  @BeforeAll
  static void load() {
    model = TestModels.chat(folder.resolve("model"), 256);
  }

  @AfterAll
  static void close() {
    model.close();
  }

  private static TestServer start(Optional<Path> sessions) {
    ServerSettings usual = ServerSettings.local(0, "m");
    return TestServer.start(
        model,
        TestServer.engine(model, 64, 4, 8),
        new ServerSettings(
            usual.host(),
            0,
            "m",
            List.of(),
            List.of(),
            Optional.empty(),
            usual.mostBodyBytes(),
            usual.mostTime(),
            sessions));
  }

  private static JsonNode ask(TestServer server) {
    return server
        .post("/v1/completions", "{%s, 'temperature': 0, 'max_tokens': 5}".formatted(PROMPT))
        .ok()
        .json();
  }

  @Test
  void aTextIsNotComputedAgain() throws Exception {
    Path sessions = Files.createDirectories(folder.resolve("sessions"));
    JsonNode before;
    int saved;
    try (TestServer server = start(Optional.of(sessions))) {
      String save = "{'action': 'save', %s}".formatted(PROMPT);
      assertThat(server.post(PATH + "one", save).error(409).path("code").stringValue())
          .isEqualTo("nothing_cached");
      before = ask(server);
      saved = server.post(PATH + "one", save).ok().at("/tokens").asInt();
      assertThat(saved).isPositive();
    }
    try (TestServer server = start(Optional.of(sessions))) {
      assertThat(server.post(PATH + "one", "{'action': 'restore'}").ok().at("/tokens").asInt())
          .isEqualTo(saved);
      JsonNode after = ask(server);
      assertThat(after.at("/usage/prompt_tokens_details/cached_tokens").asInt()).isPositive();
      assertThat(after.at("/choices/0/text")).isEqualTo(before.at("/choices/0/text"));
      Path file;
      try (var files = Files.list(sessions)) {
        file = files.findFirst().orElseThrow();
      }
      Files.write(file, new byte[] {1, 2, 3});
      assertThat(
              server
                  .post(PATH + "one", "{'action': 'restore'}")
                  .error(409)
                  .path("code")
                  .stringValue())
          .isEqualTo("session_refused");
    }
  }

  @Test
  void whatIsRefused() throws Exception {
    Path sessions = Files.createDirectories(folder.resolve("others"));
    try (TestServer server = start(Optional.of(sessions))) {
      server.post(PATH + "none", "{'action': 'restore'}").error(404);
      for (String body : List.of("{}", "{'action': 'delete'}", "{'action': 5}")) {
        assertThat(server.post(PATH + "one", body).error(400).path("param").stringValue())
            .isEqualTo("action");
      }
      server.post(PATH + "one", "{'action': 'save'}").error(400);
      for (String name : List.of("a.b", "%2e%2e", "-a", "a".repeat(65), "%2Fetc", "a%00")) {
        assertThat(server.post(PATH + name, "{'action': 'restore'}").status())
            .as(name)
            .isIn(400, 404);
      }
      TestServer.Reply other = server.get(PATH + "one");
      other.error(405);
      assertThat(other.header("allow")).isEqualTo("POST");
      try (var files = Files.list(sessions)) {
        assertThat(files).isEmpty();
      }
    }
    try (TestServer server = start(Optional.empty())) {
      JsonNode error = server.post(PATH + "one", "{'action': 'restore'}").error(404);
      assertThat(error.path("code").stringValue()).isEqualTo("no_sessions");
    }
  }
}
