package org.gta4j.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.gta4j.generate.EngineSettings;
import org.gta4j.generate.LanguageModel;
import org.gta4j.server.settings.ServerSettings;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A server that listens while a test runs, and a client of it. */
public final class TestServer implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final GtaServer server;
  private final HttpClient client;

  private TestServer(GtaServer server) {
    this.server = server;
    client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  }

  /** An answer. */
  public record Reply(int status, HttpHeaders headers, String text) {
    public JsonNode json() {
      return JsonMapper.shared().readTree(text);
    }

    public JsonNode at(String pointer) {
      return json().at(pointer);
    }

    String header(String name) {
      return headers.firstValue(name).orElse("");
    }

    /** The same, which is no error. */
    public Reply ok() {
      assertThat(status).as(text).isEqualTo(200);
      return this;
    }

    /** The error, which has the shape that all errors have. */
    JsonNode error(int expected) {
      assertThat(status).as(text).isEqualTo(expected);
      assertThat(header("content-type")).isEqualTo("application/json");
      JsonNode error = json().path("error");
      assertThat(error.propertyNames()).containsExactly("message", "type", "param", "code");
      assertThat(error.path("message").asString("")).isNotBlank();
      return error;
    }
  }

  public static EngineSettings engine(LanguageModel model, int blocks, int running, int waiting) {
    return new EngineSettings(blocks * model.cacheLayout().blockBytes(), running, waiting, true);
  }

  public static ServerSettings settings(
      List<String> keys, List<String> origins, Optional<ServerSettings.TlsFiles> tls) {
    ServerSettings usual = ServerSettings.local(0, "m");
    return new ServerSettings(
        usual.host(),
        0,
        usual.modelName(),
        keys,
        origins,
        tls,
        usual.mostBodyBytes(),
        usual.mostTime());
  }

  static ServerSettings limits(long bodyBytes, Duration time) {
    ServerSettings usual = ServerSettings.local(0, "m");
    return new ServerSettings(
        usual.host(), 0, "m", List.of(), List.of(), Optional.empty(), bodyBytes, time);
  }

  public static TestServer start(LanguageModel model) {
    return start(model, engine(model, 256, 8, 256), ServerSettings.local(0, "m"));
  }

  public static TestServer start(
      LanguageModel model, EngineSettings engine, ServerSettings settings) {
    return new TestServer(GtaServer.start(model, engine, settings));
  }

  public int port() {
    return server.port();
  }

  public String address() {
    return server.address();
  }

  public GtaServer server() {
    return server;
  }

  /** JSON with other quotes, which is easier to read in Java. */
  public static String json(String text) {
    return text.replace('\'', '"');
  }

  public Reply post(String path, String body, String... headers) {
    return send(
        request(path, headers).POST(HttpRequest.BodyPublishers.ofString(json(body))).build());
  }

  Reply post(String path, JsonNode body) {
    return send(request(path).POST(HttpRequest.BodyPublishers.ofString(body.toString())).build());
  }

  public Reply get(String path, String... headers) {
    return send(request(path, headers).GET().build());
  }

  Reply method(String method, String path) {
    return send(request(path).method(method, HttpRequest.BodyPublishers.noBody()).build());
  }

  private HttpRequest.Builder request(String path, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(address() + path)).timeout(PATIENCE);
    return headers.length == 0 ? request : request.headers(headers);
  }

  Reply send(HttpRequest request) {
    return send(client, request);
  }

  static Reply send(HttpClient client, HttpRequest request) {
    try {
      HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
      return new Reply(response.statusCode(), response.headers(), response.body());
    } catch (IOException e) {
      throw new UncheckedIOException(request.uri() + ": " + e, e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The events of a stream, which ends as it has to. */
  List<JsonNode> events(String path, String body) {
    Reply reply = post(path, body);
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    assertThat(reply.header("content-type")).startsWith("text/event-stream");
    return events(reply.text());
  }

  static List<JsonNode> events(String stream) {
    List<JsonNode> events = new ArrayList<>();
    assertThat(stream).endsWith("\n\ndata: [DONE]\n\n");
    for (String line : stream.lines().toList()) {
      if (!line.isEmpty() && !line.equals("data: [DONE]")) {
        assertThat(line).startsWith("data: {");
        events.add(JsonMapper.shared().readTree(line.substring("data: ".length())));
      }
    }
    return events;
  }

  /** Waits until nothing is computed, and no block is held that somebody else could not have. */
  public void awaitIdle() {
    await(() -> {
      JsonNode health = get("/health").ok().json();
      return health.path("running").asInt() == 0
          && health.path("waiting").asInt() == 0
          && health.at("/cache/used_blocks").asInt()
              == health.at("/cache/reclaimable_blocks").asInt();
    });
  }

  public static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("patience has ended").isLessThan(deadline);
      try {
        Thread.sleep(10);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  @Override
  public void close() {
    client.close();
    server.close();
  }
}
