package org.gta4j.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.SocketException;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.gta4j.generate.LanguageModel;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Connections that are used again, used badly, or left half-open. */
@Timeout(300)
class ConnectionTest {
  private static final String TEXT = "/v1/completions";
  private static final String GREEDY = "{'prompt': '%s', 'temperature': 0, 'max_tokens': 8}";

  @TempDir static Path folder;
  private static LanguageModel model;
  private static TestServer server;

  @BeforeAll
  static void start() {
    model = TestModels.chat(folder, 256);
    server = TestServer.start(model);
  }

  @AfterAll
  static void stop() {
    server.close();
    model.close();
  }

  private static String expected(String prompt) {
    return server.post(TEXT, GREEDY.formatted(prompt)).ok().at("/choices/0/text").stringValue();
  }

  private static String text(RawConnection.Reply reply) {
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    return reply.json().at("/choices/0/text").stringValue();
  }

  @Test
  void aConnectionIsUsedAgainWhateverWasAnswered() throws Exception {
    String expected = expected("a");
    try (RawConnection connection = new RawConnection(server.port())) {
      for (int round = 0; round < 3; round++) {
        assertThat(text(connection.post(TEXT, GREEDY.formatted("a")).read())).isEqualTo(expected);
        assertThat(connection.post(TEXT, "{'prompt': 5}").read().status()).isEqualTo(400);
        assertThat(connection.post(TEXT, "{nonsense").read().status()).isEqualTo(400);
        assertThat(connection.post("/nothing", "{'prompt': 'a'}").read().status()).isEqualTo(404);
        assertThat(connection.post("/health", "{'prompt': 'a'}").read().status()).isEqualTo(405);
        RawConnection.Reply stream =
            connection.post(TEXT, "{'prompt': 'a', 'stream': true, 'max_tokens': 5}").read();
        assertThat(stream.status()).isEqualTo(200);
        assertThat(TestServer.events(stream.text())).isNotEmpty();
        connection.send("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n");
        assertThat(connection.read().status()).isEqualTo(200);
      }
    }
  }

  @Test
  void requestsThatAreSentAheadAreAnsweredInTurn() throws Exception {
    List<String> prompts = List.of("a", "b", "the", "Once", "q");
    try (RawConnection connection = new RawConnection(server.port())) {
      StringBuilder all = new StringBuilder();
      prompts.forEach(prompt -> all.append(RawConnection.request(TEXT, GREEDY.formatted(prompt))));
      all.append(RawConnection.request(TEXT, "{'prompt': 'a', 'stream': true, 'max_tokens': 5}"));
      all.append(RawConnection.request(TEXT, GREEDY.formatted("z")));
      connection.send(all.toString());
      for (String prompt : prompts) {
        assertThat(text(connection.read())).isEqualTo(expected(prompt));
      }
      assertThat(TestServer.events(connection.read().text())).isNotEmpty();
      assertThat(text(connection.read())).isEqualTo(expected("z"));
    }
  }

  @Test
  void aRequestMayComeInPieces() throws Exception {
    String request = RawConnection.request(TEXT, GREEDY.formatted("Once"));
    try (RawConnection connection = new RawConnection(server.port())) {
      for (int i = 0; i < request.length(); i += 16) {
        connection.send(request.substring(i, Math.min(i + 16, request.length())));
        Thread.sleep(2);
      }
      assertThat(text(connection.read())).isEqualTo(expected("Once"));
      String body = TestServer.json(GREEDY.formatted("Once"));
      connection.send(
          "POST %s HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
              .formatted(TEXT));
      for (int i = 0; i < body.length(); i += 7) {
        String chunk = body.substring(i, Math.min(i + 7, body.length()));
        connection.send("%x\r\n%s\r\n".formatted(chunk.length(), chunk));
      }
      connection.send("0\r\n\r\n");
      assertThat(text(connection.read())).as("in chunks").isEqualTo(expected("Once"));
    }
  }

  @Test
  void aClientThatAsksBeforeItSendsIsTold() throws Exception {
    String body = TestServer.json(GREEDY.formatted("a"));
    try (RawConnection connection = new RawConnection(server.port())) {
      connection.send(
          "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\nExpect: 100-continue\r\n\r\n"
              .formatted(TEXT, body.length()));
      assertThat(connection.line()).isEqualTo("HTTP/1.1 100 Continue");
      while (!connection.line().isEmpty()) {
        // its headers
      }
      connection.send(body);
      assertThat(text(connection.read())).isEqualTo(expected("a"));
    }
  }

  @Test
  void whatIsNoHttpIsRefusedOrEnded() throws Exception {
    for (String said :
        List.of(
            "\r\n\r\n",
            "hello\r\n\r\n",
            "GET\r\n\r\n",
            "GET / HTTP/9.9\r\n\r\n",
            "GET /v1/models/%zz HTTP/1.1\r\nHost: localhost\r\n\r\n",
            "GET /\u0000 HTTP/1.1\r\nHost: localhost\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: localhost\r\nbroken\r\n\r\n",
            "GET / HTTP/1.1\r\n: x\r\n\r\n",
            "POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
            "POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: many\r\n\r\n",
            "POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            "POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\n",
            "GET /%s HTTP/1.1\r\nHost: localhost\r\n\r\n".formatted("a".repeat(100_000)),
            "GET / HTTP/1.1\r\nHost: localhost\r\nX: %s\r\n\r\n".formatted("a".repeat(100_000)),
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001")) {
      try (RawConnection connection = new RawConnection(server.port())) {
        connection.patience(10_000).send(said).endOutput();
        String place = said.substring(0, Math.min(60, said.length()));
        String status = connection.line();
        if (!status.isEmpty()) {
          assertThat(status).as(place).matches("HTTP/1.1 4\\d\\d .*");
        }
        assertThat(connection.ends()).as(place).isTrue();
      } catch (SocketException e) {
        assertThat(e).hasMessageMatching(".*(reset|Broken pipe).*"); // ended while it was told
      }
      server.get("/health").ok();
    }
    SplittableRandom random = new SplittableRandom(4);
    for (int i = 0; i < 100; i++) {
      byte[] noise = new byte[random.nextInt(1, 400)];
      random.nextBytes(noise);
      try (RawConnection connection = new RawConnection(server.port())) {
        connection.patience(10_000).send(noise).endOutput();
        assertThat(connection.ends()).isTrue();
      } catch (SocketException e) {
        assertThat(e).hasMessageMatching(".*(reset|Broken pipe).*");
      }
    }
    server.get("/health").ok();
  }

  @Test
  void badRequestsHaveTheShapeOfErrors() throws Exception {
    for (String path : List.of("/v1/models/%zz", "/%", "/a%2")) {
      try (RawConnection connection = new RawConnection(server.port())) {
        connection.send("GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n".formatted(path));
        RawConnection.Reply reply = connection.read();
        assertThat(reply.status()).isEqualTo(400);
        JsonNode error = reply.json().path("error");
        assertThat(error.path("message").asString("")).isNotBlank();
        assertThat(error.path("type").stringValue()).isEqualTo("invalid_request_error");
      }
    }
  }

  @Test
  void halfARequestHoldsNothing() throws Exception {
    try (RawConnection head = new RawConnection(server.port());
        RawConnection body = new RawConnection(server.port());
        RawConnection silent = new RawConnection(server.port())) {
      head.send("POST /v1/completions HTTP/1.1\r\nHo");
      body.send(
          "POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n{");
      silent.send("");
      assertThat(expected("a")).isNotEmpty();
      server.awaitIdle();
      body.reset();
    }
    server.get("/health").ok();
  }
}
