package org.gta4j.server.page;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.gta4j.generate.LanguageModel;
import org.gta4j.server.TestModels;
import org.gta4j.server.TestServer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Stands before a server, which lies in a folder of it, and hands everything on; but for chats a
 * test may lay ready what no model says when it is asked to.
 */
final class Front implements AutoCloseable {
  private static final String FOLDER = "/folder";

  private final TestServer behind;
  private final Runnable closing;
  private final HttpServer web;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final Queue<Script> ready = new ConcurrentLinkedQueue<>();
  private final List<JsonNode> asked = new CopyOnWriteArrayList<>();

  /** Before a server that somebody else closes. */
  Front(TestServer behind) throws IOException {
    this(behind, () -> {});
  }

  private Front(TestServer behind, Runnable closing) throws IOException {
    this.behind = behind;
    this.closing = closing;
    web = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    web.setExecutor(threads);
    web.createContext(FOLDER, this::answer);
    web.start();
  }

  /** Before a server of its own with a chat model, whose file goes into a folder. */
  static Front ofChatModel(Path folder) throws IOException {
    LanguageModel model = TestModels.chat(folder, 256);
    TestServer server = TestServer.start(model);
    return new Front(
        server,
        () -> {
          server.close();
          model.close();
        });
  }

  /** How a chat is answered. */
  @FunctionalInterface
  interface Script {
    void run(Answering answering) throws IOException, InterruptedException;
  }

  /** Answers the next chat. */
  void next(Script script) {
    ready.add(script);
  }

  /** Answers the next chat with a text, all at once. */
  void says(String text) {
    next(answering -> answering.says(text).ends());
  }

  /** What chats were asked, as their requests' bodies. */
  List<JsonNode> asked() {
    return asked;
  }

  String address() {
    return "http://127.0.0.1:%d%s/".formatted(web.getAddress().getPort(), FOLDER);
  }

  private void answer(HttpExchange exchange) throws IOException {
    byte[] body = exchange.getRequestBody().readAllBytes();
    String path = exchange.getRequestURI().getPath().substring(FOLDER.length());
    Script script = path.equals("/v1/chat/completions") ? ready.poll() : null;
    try (exchange) {
      if (script == null) {
        handOn(exchange, path, body);
      } else {
        asked.add(JsonMapper.shared().readTree(body));
        script.run(new Answering(exchange));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void handOn(HttpExchange exchange, String path, byte[] body)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(behind.address() + path))
            .method(exchange.getRequestMethod(), HttpRequest.BodyPublishers.ofByteArray(body));
    HttpResponse<InputStream> response =
        client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
    for (String name : List.of("Content-Type", "Content-Security-Policy", "Retry-After")) {
      response
          .headers()
          .firstValue(name)
          .ifPresent(value -> exchange.getResponseHeaders().set(name, value));
    }
    exchange.sendResponseHeaders(response.statusCode(), 0);
    try (InputStream in = response.body();
        OutputStream out = exchange.getResponseBody()) {
      byte[] part = new byte[8192];
      for (int length = in.read(part); length >= 0; length = in.read(part)) {
        out.write(part, 0, length);
        out.flush();
      }
    }
  }

  /** The answer to one chat, in the order in which it is said. */
  static final class Answering {
    private static final long PATIENCE = 60;

    private final HttpExchange exchange;
    private boolean hasBegun;
    private int pieces;

    private Answering(HttpExchange exchange) {
      this.exchange = exchange;
    }

    private void write(String event) throws IOException {
      if (!hasBegun) {
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream; charset=utf-8");
        exchange.sendResponseHeaders(200, 0);
        hasBegun = true;
      }
      exchange
          .getResponseBody()
          .write("data: %s\n\n".formatted(event).getBytes(StandardCharsets.UTF_8));
      exchange.getResponseBody().flush();
    }

    private Answering delta(String field, String text) throws IOException {
      ObjectNode event = JsonNodeFactory.instance.objectNode();
      ObjectNode choice = event.putArray("choices").addObject().put("index", 0);
      choice.putObject("delta").put(field, text);
      choice.putNull("finish_reason");
      write(event.toString());
      pieces++;
      return this;
    }

    Answering says(String piece) throws IOException {
      return delta("content", piece);
    }

    Answering thinks(String piece) throws IOException {
      return delta("reasoning_content", piece);
    }

    /** Says nothing until the test lets it go on. */
    Answering waits(CountDownLatch until) throws InterruptedException {
      if (!until.await(PATIENCE, TimeUnit.SECONDS)) {
        throw new IllegalStateException("nobody let it go on");
      }
      return this;
    }

    void ends() throws IOException {
      ObjectNode event = JsonNodeFactory.instance.objectNode();
      ObjectNode choice = event.putArray("choices").addObject().put("index", 0);
      choice.putObject("delta");
      choice.put("finish_reason", "stop");
      write(event.toString());
      ObjectNode last = JsonNodeFactory.instance.objectNode();
      last.putArray("choices");
      last.putObject("usage").put("prompt_tokens", 7).put("completion_tokens", pieces);
      write(last.toString());
      write("[DONE]");
      exchange.getResponseBody().close();
    }

    /** Fails amid the answer, in the server's words. */
    void fails(String message) throws IOException {
      ObjectNode event = JsonNodeFactory.instance.objectNode();
      event.putObject("error").put("message", message).put("type", "server_error");
      write(event.toString());
      write("[DONE]");
      exchange.getResponseBody().close();
    }

    /** Closes the connection, whatever is to come. */
    void breaks() {
      exchange.close();
    }
  }

  @Override
  public void close() {
    web.stop(0);
    threads.shutdownNow();
    client.close();
    closing.run();
  }
}
