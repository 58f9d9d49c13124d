package org.gta4j.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.gta4j.generate.LanguageModel;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Requests made by the description that the server publishes, and spoilt ones: none is a fault of
 * the server's, all answers are as described. {@code -Dgta.requests=10000} makes so many, {@code
 * -Dgta.seed=7} others.
 */
@Timeout(1800)
class PropertyTest {
  private static final int REQUESTS = Integer.getInteger("gta.requests", 2000);
  private static final long SEED = Long.getLong("gta.seed", 1);
  private static final int CLIENTS = 4;

  /** Addresses that take JSON, and what their answers are, whole and as a stream. */
  private static final Map<String, List<String>> ADDRESSES =
      new TreeMap<>(
          Map.of(
              "/v1/chat/completions", List.of("ChatRequest", "ChatCompletion", "ChatChunk"),
              "/v1/completions", List.of("CompletionRequest", "Completion", "Completion"),
              "/tokenize", List.of("TokenizeRequest", "Tokens"),
              "/detokenize", List.of("DetokenizeRequest", "DetokenizedText")));

  @TempDir static Path folder;
  private static LanguageModel model;
  private static TestServer server;
  private static OpenApi api;

  @BeforeAll
  static void start() {
    model = TestModels.chat(folder, 128);
    server = TestServer.start(model);
    api = new OpenApi(server.get("/openapi.json").ok().json());
  }

  @AfterAll
  static void stop() {
    server.close();
    model.close();
  }

  @Test
  void theDescriptionNamesEveryAddress() {
    for (var path : api.description().path("paths").properties()) {
      String address = path.getKey().replace("{model}", "m").replace("{name}", "one");
      JsonNode item = api.resolve(path.getValue());
      for (String method : item.propertyNames()) {
        int status = server.method(method.toUpperCase(Locale.ROOT), address).status();
        // An empty body is none; the page may be missing in a build without it.
        assertThat(status).as("%s %s", method, address).isIn(200, 400, 404);
        assertThat(item.path(method).path("responses").has(Integer.toString(status)))
            .as("%s %s: %d", method, address, status)
            .isTrue();
      }
    }
    for (String example : List.of("ChatRequest", "CompletionRequest")) {
      assertThat(
              api.mistakes(
                  example, api.description().at("/components/schemas/" + example + "/examples/0")))
          .isEmpty();
    }
  }

  @Test
  void answersAreAsDescribed() {
    assertThat(api.mistakes("Models", server.get("/v1/models").ok().json())).isEmpty();
    assertThat(api.mistakes("Model", server.get("/v1/models/m").ok().json())).isEmpty();
    assertThat(api.mistakes("Health", server.get("/health").ok().json())).isEmpty();
    assertThat(api.mistakes("Error", server.get("/nothing").json())).isEmpty();
  }

  @Test
  void noRequestIsAFaultOfTheServers() throws Exception {
    List<String> faults = Collections.synchronizedList(new ArrayList<>());
    Map<Integer, Integer> statuses = Collections.synchronizedMap(new TreeMap<>());
    SplittableRandom seeds = new SplittableRandom(SEED);
    try (ExecutorService clients = Executors.newFixedThreadPool(CLIENTS)) {
      List<Future<?>> ended = new ArrayList<>();
      for (int i = 0; i < REQUESTS; i++) {
        long seed = seeds.nextLong();
        ended.add(
            clients.submit(() -> {
              String fault = check(seed, statuses);
              if (!fault.isEmpty()) {
                faults.add(fault);
              }
            }));
      }
      for (Future<?> one : ended) {
        one.get();
      }
    }
    System.Logger log = System.getLogger(PropertyTest.class.getName());
    log.log(System.Logger.Level.INFO, "{0} requests, answers by status: {1}", REQUESTS, statuses);
    assertThat(faults).as("%d faults", faults.size()).isEmpty();
    assertThat(statuses.keySet()).contains(200, 400);
    server.awaitIdle();
  }

  /** What is wrong with the answer to a request; empty if nothing. */
  private static String check(long seed, Map<Integer, Integer> statuses) {
    SplittableRandom random = new SplittableRandom(seed);
    RequestGenerator generator = new RequestGenerator(api, random.nextLong());
    List<String> paths =
        List.of("/v1/chat/completions", "/v1/completions", "/tokenize", "/detokenize");
    int dice = random.nextInt(10);
    String path = paths.get(dice < 4 ? 0 : dice < 8 ? 1 : dice - 6);
    List<String> names = ADDRESSES.getOrDefault(path, List.of());
    JsonNode request =
        generator.valid(api.description().at("/components/schemas/" + names.getFirst()));
    if (random.nextInt(4) != 0) {
      request = generator.spoilt(request);
    }
    bound(request, random);
    byte[] body = generator.body(request);
    TestServer.Reply reply =
        server.send(
            HttpRequest.newBuilder(URI.create(server.address() + path))
                .timeout(Duration.ofMinutes(2))
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .build());
    statuses.merge(reply.status(), 1, Integer::sum);
    List<String> mistakes = mistakes(reply, names);
    return mistakes.isEmpty()
        ? ""
        : "%s %s: %d %s: %s"
            .formatted(
                path,
                shown(new String(body, StandardCharsets.UTF_8)),
                reply.status(),
                shown(reply.text()),
                mistakes);
  }

  /** Most requests have few tokens to answer with, so that there can be many requests. */
  private static void bound(JsonNode request, SplittableRandom random) {
    if (request instanceof ObjectNode object && random.nextInt(20) != 0) {
      for (String field : List.of("max_tokens", "max_completion_tokens")) {
        if (object.path(field).asInt(1000) > 20) {
          object.put(field, random.nextInt(1, 12));
        }
      }
      if (object.path("n").asInt(1) > 3) {
        object.put("n", 2);
      }
    }
  }

  private static String shown(String text) {
    return text.length() < 1500 ? text : text.substring(0, 1500) + "…";
  }

  private static List<String> mistakes(TestServer.Reply reply, List<String> names) {
    if (reply.status() >= 500) {
      return List.of("a server error");
    }
    if (reply.status() != 200) {
      return api.mistakes("Error", reply.json());
    }
    if (!reply.header("content-type").startsWith("text/event-stream")) {
      return api.mistakes(names.get(1), reply.json());
    }
    List<String> mistakes = new ArrayList<>();
    for (JsonNode event : TestServer.events(reply.text())) {
      mistakes.addAll(api.mistakes(names.get(2), event));
    }
    return mistakes;
  }
}
