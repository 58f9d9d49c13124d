package org.gta4j.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.gta4j.generate.LanguageModel;
import org.gta4j.server.settings.ServerSettings;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** What is wrong with a request is told by its field. */
@Timeout(300)
class ErrorsTest {
  private static final String CHAT = "/v1/chat/completions";
  private static final String TEXT = "/v1/completions";
  private static final int MOST_BYTES = 100_000;

  /** Fields that both endpoints know, and values that are none of theirs, apart by |. */
  private static final List<String> COMMON =
      List.of(
          "model | 5 | [] | {} | true",
          "stream | 'true' | 1 | [] | {}",
          "stream_options | true | 'usage' | []",
          "n | 0 | -1 | 129 | 1.5 | '1' | true | [] | {} | 1e400 | 99999999999999999999999",
          "temperature | -0.1 | 101 | 'hot' | true | [] | {} | 1e400 | -1e400",
          "top_p | -0.1 | 1.1 | '1' | true | []",
          "top_k | -2 | 2147483648 | 1.5 | '1' | false",
          "min_p | -0.1 | 1.1 | '0' | {}",
          "repetition_penalty | 0 | -1 | 1001 | '1'",
          "repeat_penalty | 0 | -1 | 1001 | '1'",
          "frequency_penalty | -2.1 | 2.1 | '1' | []",
          "presence_penalty | -2.1 | 2.1 | '1' | []",
          "logit_bias | [] | 'a' | 1",
          "stop | 1 | true | {} | [1] | [null] | [['a']] | '' | ['a', '']",
          "seed | 1.5 | '1' | true | [] | 9223372036854776900 | 1e30",
          "ignore_eos | 'no' | 0 | []",
          "response_format | 'json' | 1 | [] | true",
          "user | 1 | [] | {}");

  private static final List<String> CHAT_ONLY =
      List.of(
          "messages | [] | 'Hi' | {} | 5 | true",
          "max_tokens | 0 | -2 | 1.5 | '5' | true | [] | 2147483648",
          "max_completion_tokens | -2 | 1.5 | '5' | [] | 2147483648",
          "logprobs | 1 | 'true' | []",
          "top_logprobs | -1 | 21 | 1.5 | '1' | 2",
          "tools | {} | 'a' | 1",
          "tool_choice | 'never' | 1 | [] | {} | 'required' | true",
          "parallel_tool_calls | 1 | 'no' | []",
          "chat_template_kwargs | [] | 'a' | 1",
          "reasoning_effort | 1 | [] | {}");

  private static final List<String> TEXT_ONLY =
      List.of(
          "prompt | 5 | true | {} | [] | ''",
          "max_tokens | 0 | -2 | 1.5 | '5' | true | [] | 2147483648",
          "echo | 1 | 'true' | []",
          "logprobs | -1 | 101 | true | '1' | 1.5",
          "best_of | 2 | 0 | '1' | 1.5",
          "suffix | 'end' | 1 | []");

  @TempDir static Path folder;
  private static LanguageModel model;
  private static TestServer server;

  @BeforeAll
  static void start() {
    model = TestModels.chat(folder, 128);
    server =
        TestServer.start(
            model,
            TestServer.engine(model, 64, 4, 8),
            TestServer.limits(MOST_BYTES, Duration.ofMinutes(5)));
  }

  @AfterAll
  static void stop() {
    server.close();
    model.close();
  }

  private static void eachIsRefused(String path, String required, List<String> fields) {
    for (String line : fields) {
      List<String> parts = List.of(line.split(" \\| ", -1));
      String field = parts.getFirst();
      for (String value : parts.subList(1, parts.size())) {
        String needed = required.startsWith("'" + field + "'") ? "" : ", " + required;
        JsonNode error =
            server.post(path, "{'%s': %s%s}".formatted(field, value, needed)).error(400);
        String place = "%s: %s".formatted(field, value);
        assertThat(error.path("param").asString("none")).as(place).startsWith(field);
        assertThat(error.path("type").stringValue()).isEqualTo("invalid_request_error");
        assertThat(error.path("message").stringValue()).as(place).startsWith(field);
      }
    }
  }

  @Test
  void eachFieldIsRefusedByItsName() {
    String messages = "'messages': [{'role': 'user', 'content': 'Hi'}]";
    eachIsRefused(CHAT, messages, COMMON);
    eachIsRefused(CHAT, messages, CHAT_ONLY);
    eachIsRefused(TEXT, "'prompt': 'a'", COMMON);
    eachIsRefused(TEXT, "'prompt': 'a'", TEXT_ONLY);
    eachIsRefused(
        "/tokenize", "'content': 'a'", List.of("with_pieces | 1 | 'a'", "add_special | 1"));
    eachIsRefused("/tokenize", "'prompt': 'a'", List.of("content | 1 | []", "parse_special | 1"));
    eachIsRefused(
        "/detokenize",
        "'a': 1",
        List.of("tokens | 1 | 'a' | {} | ['a'] | [-1] | [100000] | [1.5]"));
  }

  private static void refused(String path, String body, String param) {
    JsonNode error = server.post(path, body).error(400);
    assertThat(error.path("param").asString("none")).as(body).isEqualTo(param);
  }

  @Test
  void placesWithinFieldsAreNamed() {
    refused(TEXT, "{'prompt': [1, 'a']}", "prompt[1]");
    refused(TEXT, "{'prompt': ['a', [1, 100000]]}", "prompt[1][1]");
    refused(TEXT, "{'prompt': [[]]}", "prompt[0]");
    refused(TEXT, "{'prompt': ['a', '']}", "prompt[1]");
    refused(TEXT, "{'prompt': [-1]}", "prompt[0]");
    refused(TEXT, "{'prompt': 'a', 'logit_bias': {'x': 1}}", "logit_bias.x");
    refused(TEXT, "{'prompt': 'a', 'logit_bias': {'100000': 1}}", "logit_bias.100000");
    refused(TEXT, "{'prompt': 'a', 'logit_bias': {'5': 101}}", "logit_bias.5");
    refused(
        TEXT,
        "{'prompt': 'a', 'stream_options': {'include_usage': 1}}",
        "stream_options.include_usage");
    refused(TEXT, "{'prompt': 'a', 'response_format': {}}", "response_format.type");
    refused(TEXT, "{'prompt': 'a', 'response_format': {'type': 'xml'}}", "response_format.type");
    refused(
        TEXT,
        "{'prompt': 'a', 'response_format': {'type': 'json_schema'}}",
        "response_format.json_schema");
    refused(
        TEXT,
        "{'prompt': 'a', 'response_format': {'type': 'json_schema', 'json_schema': {}}}",
        "response_format.json_schema.schema");
    refused(CHAT, "{}", "messages");
    refused(TEXT, "{}", "prompt");
    refused(TEXT, "{'prompt': null}", "prompt");
    refused("/tokenize", "{}", "content");
    refused("/detokenize", "{}", "tokens");
    refused(CHAT, "{'messages': [5]}", "messages[0]");
    refused(CHAT, "{'messages': [{'content': 'a'}]}", "messages[0].role");
    refused(CHAT, "{'messages': [{'role': 1, 'content': 'a'}]}", "messages[0].role");
    refused(CHAT, "{'messages': [{'role': 'wizard', 'content': 'a'}]}", "messages[0].role");
    refused(CHAT, "{'messages': [{'role': 'user', 'content': 1}]}", "messages[0].content");
    refused(CHAT, "{'messages': [{'role': 'user'}]}", "messages[0].content");
    refused(
        CHAT,
        "{'messages': [{'role': 'user', 'content': [{'type': 'image_url', 'image_url': {}}]}]}",
        "messages[0].content[0]");
    refused(
        CHAT,
        "{'messages': [{'role': 'assistant', 'tool_calls': [{'function': {'name': 'f', 'arguments': '['}}]}]}",
        "messages[0].tool_calls[0].function.arguments");
    String messages = "{'messages': [{'role': 'user', 'content': 'a'}], %s}";
    refused(CHAT, messages.formatted("'tools': [5]"), "tools[0]");
    refused(CHAT, messages.formatted("'tools': [{'function': {}}]"), "tools[0].function.name");
    refused(
        CHAT,
        messages.formatted("'tools': [{'function': {'name': 'f'}}, {'function': {'name': 'f'}}]"),
        "tools[1].function.name");
    refused(
        CHAT,
        messages.formatted(
            "'tools': [{'function': {'name': 'f'}}], 'tool_choice': {'type': 'function', 'function': {'name': 'g'}}"),
        "tool_choice.function.name");
  }

  @Test
  void whatIsNoObjectOfJson() {
    for (String body :
        List.of(
            "",
            " ",
            "{",
            "{'a'",
            "[]",
            "5",
            "null",
            "'a'",
            "{} {}",
            "{'prompt': 'a',}",
            "\u0000",
            "{'prompt': 'a', 'n': NaN}",
            "{'prompt': 'a', 'n': 01}",
            "[".repeat(50_000),
            "{'a':".repeat(15_000))) {
      for (String path : List.of(CHAT, TEXT, "/tokenize", "/detokenize")) {
        JsonNode error = server.post(path, body).error(400);
        assertThat(error.path("param").isNull()).as(body).isTrue();
        assertThat(error.path("message").stringValue()).startsWith("the body: ");
      }
    }
  }

  @Test
  void whatIsNoUtf8() throws Exception {
    for (byte[] wrong : List.of(new byte[] {(byte) 0xC3, '('}, new byte[] {(byte) 0xFF})) {
      try (RawConnection connection = new RawConnection(server.port())) {
        connection.send(
            "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n{\"prompt\": \""
                .formatted(TEXT, 14 + wrong.length));
        RawConnection.Reply reply = connection.send(wrong).send("\"}").read();
        assertThat(reply.status()).as(reply.text()).isEqualTo(400);
        assertThat(reply.json().at("/error/message").stringValue()).startsWith("the body: ");
      }
    }
    server.get("/health").ok();
  }

  @Test
  void bodiesHaveAMostSize() throws Exception {
    String large = "{'prompt': '%s'}".formatted("a".repeat(MOST_BYTES));
    JsonNode error = server.post(TEXT, large).error(413);
    assertThat(error.path("code").stringValue()).isEqualTo("request_too_large");
    server.post("/tokenize", "{'content': '%s'}".formatted("a ".repeat(40_000))).ok();
    try (RawConnection connection = new RawConnection(server.port())) {
      connection.send(
          "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999\r\n\r\n{"
              .formatted(TEXT));
      assertThat(connection.read().status()).as("before all of it came").isEqualTo(413);
    }
    try (RawConnection connection = new RawConnection(server.port())) {
      connection.send(
          "POST %s HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
              .formatted(TEXT));
      String chunk = "4000\r\n%s\r\n".formatted("b".repeat(0x4000));
      for (int i = 0; i < 7; i++) {
        connection.send(chunk);
      }
      assertThat(connection.read().status()).as("no length told").isEqualTo(413);
    }
    server.get("/health").ok();
  }

  @Test
  void promptsHaveToLeaveRoomForAnAnswer() {
    JsonNode text = server.post(TEXT, "{'prompt': '%s'}".formatted("a".repeat(128))).error(400);
    assertThat(text.path("code").stringValue()).isEqualTo("context_length_exceeded");
    assertThat(text.path("param").stringValue()).isEqualTo("prompt");
    JsonNode chat =
        server
            .post(
                CHAT,
                "{'messages': [{'role': 'user', 'content': '%s'}]}".formatted("a".repeat(128)))
            .error(400);
    assertThat(chat.path("code").stringValue()).isEqualTo("context_length_exceeded");
    assertThat(chat.path("param").stringValue()).isEqualTo("messages");
    server.post(TEXT, "{'prompt': '%s', 'max_tokens': 50}".formatted("a".repeat(127))).ok();
  }

  @Test
  void answersEndWhereTheCacheDoes() {
    try (TestServer small =
        TestServer.start(model, TestServer.engine(model, 2, 2, 2), ServerSettings.local(0, "m"))) {
      for (String tokens : List.of("", ", 'max_tokens': -1", ", 'max_tokens': 100000")) {
        JsonNode chat =
            small
                .post(
                    CHAT,
                    "{'messages': [{'role': 'user', 'content': 'a'}], 'ignore_eos': true%s}"
                        .formatted(tokens))
                .ok()
                .json();
        assertThat(chat.at("/choices/0/finish_reason").stringValue()).isEqualTo("length");
        assertThat(chat.at("/usage/total_tokens").asInt()).isEqualTo(64);
      }
      JsonNode text =
          small
              .post(TEXT, "{'prompt': ['a', 'bb'], 'ignore_eos': true, 'max_tokens': -1}")
              .ok()
              .json();
      assertThat(text.at("/usage/total_tokens").asInt()).isEqualTo(128);
      small.post(TEXT, "{'prompt': '%s'}".formatted("a".repeat(70))).error(400);
    }
  }

  @Test
  void moreAnswersThanThereCanBeAreNoMatterOfTryingAgain() {
    refused(TEXT, "{'prompt': 'a', 'n': 13}", "n");
    refused(CHAT, "{'messages': [{'role': 'user', 'content': 'a'}], 'n': 13}", "n");
    refused(TEXT, "{'prompt': [%s[5]]}".formatted("[5], ".repeat(12)), "prompt");
    server.post(TEXT, "{'prompt': 'a', 'n': 12, 'max_tokens': 1}").ok();
  }

  @Test
  void addressesAndMethods() {
    for (String path :
        List.of(
            "/nothing",
            "/v1",
            "/v1/chat",
            "/v1/embeddings",
            "/page/none.js",
            "/page/%2e%2e",
            "/v1/models/other")) {
      assertThat(server.get(path).error(404).path("type").stringValue())
          .isEqualTo("invalid_request_error");
    }
    server.post("/v1/embeddings", "{}").error(404);
    for (String path :
        List.of(CHAT, TEXT, "/tokenize", "/detokenize", "/chat/completions", "/completions")) {
      for (String method : List.of("GET", "PUT", "DELETE", "PATCH", "OPTIONS")) {
        TestServer.Reply reply = server.method(method, path);
        reply.error(405);
        assertThat(reply.header("allow")).isEqualTo("POST");
      }
    }
    for (String path :
        List.of("/v1/models", "/models", "/v1/models/m", "/health", "/metrics", "/openapi.json")) {
      server.get(path).ok();
      for (String method : List.of("POST", "PUT", "DELETE", "PATCH")) {
        TestServer.Reply reply = server.method(method, path);
        reply.error(405);
        assertThat(reply.header("allow")).isEqualTo("GET, HEAD");
      }
    }
  }

  @Test
  void headIsAnsweredAsGetWithoutABody() throws Exception {
    for (String path : List.of("/v1/models", "/v1/models/m", "/health", "/openapi.json", "/")) {
      TestServer.Reply get = server.get(path).ok();
      TestServer.Reply head = server.method("HEAD", path).ok();
      assertThat(head.text()).isEmpty();
      assertThat(head.header("content-type")).isEqualTo(get.header("content-type"));
      if (!path.equals("/health")) { // which is another every time
        assertThat(head.header("content-length")).isEqualTo(get.header("content-length"));
      }
    }
    server.method("HEAD", "/metrics").ok();
    assertThat(server.method("HEAD", TEXT).status()).isEqualTo(405);
    // Errors have no body either: the next answer would begin with it.
    try (RawConnection connection = new RawConnection(server.port())) {
      String head = "HEAD %s HTTP/1.1\r\nHost: localhost\r\n\r\n";
      connection.send(
          head.formatted("/nothing") + head.formatted(TEXT) + head.formatted("/health"));
      for (int status : new int[] {404, 405, 200}) {
        assertThat(connection.head().status()).isEqualTo(status);
      }
    }
  }

  @Test
  void olderHttpIsRefusedInWords() throws Exception {
    try (RawConnection connection = new RawConnection(server.port())) {
      connection.send("GET /health HTTP/1.0\r\n\r\n");
      RawConnection.Reply reply = connection.read();
      assertThat(reply.status()).isEqualTo(505);
      assertThat(reply.json().at("/error/message").stringValue()).contains("HTTP/1.1", "nginx");
      assertThat(connection.ends()).isTrue();
    }
  }

  @Test
  void metricsCount() {
    server.post(TEXT, "{'prompt': 'a', 'max_tokens': 3}").ok();
    server.post(TEXT, "{'prompt': 5}").error(400);
    TestServer.Reply metrics = server.get("/metrics").ok();
    assertThat(metrics.header("content-type")).startsWith("text/plain");
    assertThat(metrics.text())
        .contains("gta_requests_seconds_count{outcome=\"ok\",path=\"/v1/completions\"}")
        .contains("outcome=\"400\"")
        .contains("gta_cache_blocks_max 64.0")
        .contains("gta_prompt_tokens_total");
  }
}
