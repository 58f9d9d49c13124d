package org.gta4j.bench.serve;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** A client of {@code /v1/completions}, greedy and streaming. Safe for use by several threads. */
final class Completions {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String DATA = "data: ";
  private static final String DONE = "[DONE]";

  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(60))
          .build();
  private final URI address;

  /** At a server, such as {@code http://127.0.0.1:8080}. */
  Completions(String server) {
    address = URI.create(server + "/v1/completions");
  }

  /** A text to continue, and by how much. */
  record Prompt(String text, int maxTokens) {}

  /**
   * What came of it.
   *
   * @param status the HTTP status
   * @param text the answer as far as it was read
   * @param isWhole whether it was read to its end
   * @param tokens tokens of the answer, where it was read to its end
   * @param cachedTokens prompt tokens that the server had computed before
   * @param firstNanos time to the first piece of text
   * @param nanos time to the end
   */
  record Reply(
      int status,
      String text,
      boolean isWhole,
      int tokens,
      int cachedTokens,
      long firstNanos,
      long nanos) {}

  /** Asks, and reads the answer to its end. */
  Reply ask(Prompt prompt) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(address)
            .timeout(Duration.ofMinutes(30))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofByteArray(body(prompt)))
            .build();
    long began = System.nanoTime();
    HttpResponse<InputStream> response =
        http.send(request, HttpResponse.BodyHandlers.ofInputStream());
    try (InputStream in = response.body()) {
      return response.statusCode() == 200
          ? read(in, Integer.MAX_VALUE, began)
          : new Reply(response.statusCode(), "", false, 0, 0, 0, System.nanoTime() - began);
    }
  }

  /**
   * Asks, and leaves after some pieces: by a connection of its own, since that of a client that is
   * shared might be somebody else's by then.
   *
   * @param isRude whether the connection is reset, as it is by a process that ends
   */
  Reply askAndLeave(Prompt prompt, int pieces, boolean isRude) throws IOException {
    byte[] body = body(prompt);
    long began = System.nanoTime();
    try (Socket socket = new Socket(address.getHost(), address.getPort())) {
      socket.setSoLinger(isRude, 0);
      String head =
          "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
              .formatted(address.getPath(), address.getAuthority(), body.length);
      OutputStream out = socket.getOutputStream();
      out.write(head.getBytes(StandardCharsets.US_ASCII));
      out.write(body);
      out.flush();
      InputStream in = socket.getInputStream();
      StringBuilder status = new StringBuilder();
      for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
        status.append((char) c);
      }
      int code = status(status.toString());
      // Sizes of chunks are lines of their own, which are no events.
      return code == 200
          ? read(in, pieces, began)
          : new Reply(code, "", false, 0, 0, 0, System.nanoTime() - began);
    }
  }

  /** The number in {@code HTTP/1.1 200 OK}. */
  private static int status(String line) {
    int from = line.indexOf(' ') + 1;
    return Integer.parseInt(line, from, from + 3, 10);
  }

  private static byte[] body(Prompt prompt) {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    body.put("prompt", prompt.text());
    body.put("max_tokens", prompt.maxTokens());
    body.put("temperature", 0);
    body.put("ignore_eos", true);
    body.put("stream", true);
    body.putObject("stream_options").put("include_usage", true);
    return JSON.writeValueAsBytes(body);
  }

  private static Reply read(InputStream in, int pieces, long began) throws IOException {
    BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
    StringBuilder text = new StringBuilder();
    long first = 0;
    int count = 0;
    int tokens = 0;
    int cached = 0;
    String line;
    while ((line = lines.readLine()) != null) {
      if (!line.startsWith(DATA)) {
        continue;
      }
      String data = line.substring(DATA.length());
      if (data.equals(DONE)) {
        // To the end of the body, so that the connection can be used again.
        lines.lines().forEach(rest -> {});
        return new Reply(
            200, text.toString(), true, tokens, cached, first - began, System.nanoTime() - began);
      }
      JsonNode event = JSON.readTree(data);
      if (event.has("error")) {
        throw new IOException("the server says: " + event.path("error").path("message"));
      }
      String piece = event.path("choices").path(0).path("text").asString("");
      if (!piece.isEmpty()) {
        first = first == 0 ? System.nanoTime() : first;
        text.append(piece);
        count++;
      }
      tokens = Math.max(tokens, event.path("usage").path("completion_tokens").asInt(0));
      cached =
          Math.max(
              cached,
              event.path("usage").path("prompt_tokens_details").path("cached_tokens").asInt(0));
      if (count >= pieces) {
        return new Reply(200, text.toString(), false, 0, 0, 0, System.nanoTime() - began);
      }
    }
    throw new IOException("the stream ended without [DONE], after: " + text);
  }
}
