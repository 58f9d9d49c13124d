package org.gta4j.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.ConnectException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.gta4j.generate.LanguageModel;
import org.gta4j.generate.Request;
import org.gta4j.server.settings.ServerSettings;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Many clients at once, some of whom leave. */
@Timeout(300)
class LoadTest {
  private static final String TEXT = "/v1/completions";
  private static final String CHAT = "/v1/chat/completions";

  /** An answer that takes long enough for a test to do something meanwhile. */
  private static final String LONG =
      "{'prompt': 'q', 'max_tokens': -1, 'ignore_eos': true, 'seed': 1, 'n': 4%s}";

  private static final String LONG_CHAT =
      "{'messages': [{'role': 'user', 'content': 'q'}], 'ignore_eos': true, 'seed': 1, 'n': 4%s}";

  @TempDir static Path folder;
  private static LanguageModel model;
  private static LanguageModel alone;

  @BeforeAll
  static void load() {
    model = TestModels.chat(folder, 16_000);
    alone = TestModels.chat(folder, 16_000);
  }

  @AfterAll
  static void close() {
    alone.close();
    model.close();
  }

  private static TestServer start(int blocks, int running, int waiting) {
    return TestServer.start(
        model, TestServer.engine(model, blocks, running, waiting), ServerSettings.local(0, "m"));
  }

  private static void awaitRunning(TestServer server, int texts) {
    TestServer.await(() -> server.get("/health").at("/running").asInt() == texts);
  }

  private static String expected(String prompt, int tokens) {
    StringBuilder text = new StringBuilder();
    alone.generate(Request.greedy(alone.encode(prompt), tokens), text::append);
    return text.toString();
  }

  private static String greedy(TestServer server, String prompt, int tokens) {
    return server
        .post(
            TEXT, "{'prompt': '%s', 'temperature': 0, 'max_tokens': %d}".formatted(prompt, tokens))
        .ok()
        .at("/choices/0/text")
        .stringValue();
  }

  @Test
  void clientsThatLeaveAreCancelledAndNobodyNotices() throws Exception {
    String expected = expected("Once upon", 40);
    try (TestServer server = start(4096, 8, 32);
        ExecutorService others = Executors.newSingleThreadExecutor()) {
      for (String request :
          List.of(
              RawConnection.request(TEXT, LONG.formatted("")),
              RawConnection.request(TEXT, LONG.formatted(", 'stream': true")),
              RawConnection.request(CHAT, LONG_CHAT.formatted("")),
              RawConnection.request(CHAT, LONG_CHAT.formatted(", 'stream': true")))) {
        for (boolean isReset : new boolean[] {false, true}) {
          RawConnection connection = new RawConnection(server.port());
          connection.send(request);
          awaitRunning(server, 4);
          Future<String> other = others.submit(() -> greedy(server, "Once upon", 40));
          Thread.sleep(50);
          if (isReset) {
            connection.reset();
          } else {
            connection.close();
          }
          assertThat(other.get()).isEqualTo(expected);
          long left = System.nanoTime();
          server.awaitIdle();
          assertThat(Duration.ofNanos(System.nanoTime() - left)).isLessThan(Duration.ofSeconds(5));
        }
      }
      assertThat(server.get("/metrics").text()).contains("outcome=\"left\"");
      assertThat(server.get("/metrics").text()).doesNotContain("outcome=\"500\"");
    }
  }

  @Test
  void theFirstPieceComesBeforeTheAnswerEnds() throws Exception {
    try (TestServer server = start(4096, 8, 8)) {
      try (RawConnection connection = new RawConnection(server.port())) {
        connection.post(TEXT, LONG.formatted(", 'stream': true"));
        String line = connection.line();
        while (!line.startsWith("data: ")) {
          line = connection.line();
        }
        awaitRunning(server, 4);
      }
      server.awaitIdle();
    }
  }

  @Test
  void clientsThatLeaveWhileTheyWait() throws Exception {
    try (TestServer server = start(4096, 1, 32)) {
      RawConnection first = new RawConnection(server.port()).post(TEXT, LONG.formatted(""));
      awaitRunning(server, 1);
      List<RawConnection> waiting = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        waiting.add(
            new RawConnection(server.port())
                .post(TEXT, LONG.formatted(i % 2 == 0 ? "" : ", 'stream': true")));
      }
      TestServer.await(() -> server.get("/health").at("/waiting").asInt() == 27);
      for (RawConnection one : waiting) {
        one.close();
      }
      TestServer.await(() -> server.get("/health").at("/waiting").asInt() == 3);
      first.close();
      server.awaitIdle();
    }
  }

  @Test
  void greedyAnswersDoNotDependOnLoad() throws Exception {
    List<String> prompts =
        List.of("a", "Once upon a time", "the thing in the", "the thing on", "Zürich");
    List<String> expected = prompts.stream().map(prompt -> expected(prompt, 60)).toList();
    // Little room, so that texts give way to each other too.
    for (int blocks : new int[] {501, 12}) {
      try (TestServer server =
              TestServer.start(
                  blocks == 12 ? alone : model,
                  TestServer.engine(model, blocks, 6, 200),
                  ServerSettings.local(0, "m"));
          ExecutorService clients = Executors.newFixedThreadPool(10)) {
        List<Future<String>> answers = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
          String prompt = prompts.get(i % prompts.size());
          answers.add(clients.submit(() -> greedy(server, prompt, 60)));
        }
        for (int i = 0; i < answers.size(); i++) {
          assertThat(answers.get(i).get()).isEqualTo(expected.get(i % prompts.size()));
        }
        server.awaitIdle();
      }
    }
  }

  @Test
  void whatIsTooMuchIsToldToComeAgain() throws Exception {
    try (TestServer server = start(4096, 2, 3)) {
      RawConnection busy = new RawConnection(server.port()).post(TEXT, LONG.formatted(""));
      awaitRunning(server, 2);
      TestServer.await(() -> server.get("/health").at("/waiting").asInt() == 2);
      for (String stream : List.of("false", "true")) {
        TestServer.Reply reply =
            server.post(TEXT, "{'prompt': 'a', 'n': 2, 'stream': %s}".formatted(stream));
        JsonNode error = reply.error(429);
        assertThat(error.path("type").stringValue()).isEqualTo("rate_limit_error");
        assertThat(Integer.parseInt(reply.header("retry-after"))).isPositive();
      }
      TestServer.await(() -> server.get("/health").at("/waiting").asInt() == 2);
      busy.close();
      server.awaitIdle();
      server.post(TEXT, "{'prompt': 'a', 'n': 5, 'max_tokens': 2}").ok();
    }
  }

  @Test
  void answersThatTakeTooLongAreEnded() throws Exception {
    try (TestServer server =
        TestServer.start(
            model,
            TestServer.engine(model, 4096, 4, 4),
            TestServer.limits(1 << 20, Duration.ofMillis(400)))) {
      for (String path : List.of(TEXT, CHAT)) {
        String body = path.equals(TEXT) ? LONG : LONG_CHAT;
        JsonNode error = server.post(path, body.formatted("")).error(504);
        assertThat(error.path("code").stringValue()).isEqualTo("timeout");
        TestServer.Reply stream = server.post(path, body.formatted(", 'stream': true")).ok();
        assertThat(TestServer.events(stream.text()).getLast().at("/error/code").stringValue())
            .isEqualTo("timeout");
        server.awaitIdle();
      }
      server.post(TEXT, "{'prompt': 'a', 'max_tokens': 1}").ok();
    }
  }

  @Test
  void closingEndsAnswers() throws Exception {
    try (ExecutorService clients = Executors.newFixedThreadPool(2)) {
      TestServer server = start(4096, 8, 8);
      Future<TestServer.Reply> whole = clients.submit(() -> server.post(TEXT, LONG.formatted("")));
      Future<TestServer.Reply> stream =
          clients.submit(() -> server.post(TEXT, LONG.formatted(", 'stream': true")));
      awaitRunning(server, 8);
      int port = server.port();
      long begin = System.nanoTime();
      server.server().close();
      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(20));
      JsonNode error = whole.get().error(503);
      assertThat(error.path("code").stringValue()).isEqualTo("shutting_down");
      assertThat(TestServer.events(stream.get().text()).getLast().at("/error/code").stringValue())
          .isEqualTo("shutting_down");
      assertThatThrownBy(() -> new RawConnection(port).close())
          .isInstanceOf(ConnectException.class);
      server.close();
    }
  }
}
