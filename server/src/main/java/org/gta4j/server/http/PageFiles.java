package org.gta4j.server.http;

import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Optional;
import org.gta4j.server.api.ApiException;

/** The chat page, and the description of the API, from the resources beside this package. */
final class PageFiles {
  private static final String FOLDER = "/org/gta4j/server/page/";

  /**
   * The page gets everything from this server, nobody may put it into a frame, and text becomes
   * elements by DOMPurify alone.
   */
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'"
          + " data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none';"
          + " require-trusted-types-for 'script'; trusted-types dompurify";

  private static final Map<String, String> TYPES =
      Map.of(
          "html", "text/html; charset=utf-8",
          "css", "text/css; charset=utf-8",
          "js", "text/javascript; charset=utf-8",
          "svg", "image/svg+xml",
          "json", "application/json");

  /** Libraries of the page, by the names that it knows them by: each is one file of its jar. */
  private static final Map<String, String> LIBRARIES =
      Map.of(
          "marked.js", "/META-INF/resources/webjars/marked/17.0.1/lib/marked.esm.js",
          "purify.js", "/META-INF/resources/webjars/dompurify/3.3.3/dist/purify.es.mjs");

  private PageFiles() {}

  static void register(HttpRules routing) {
    Routes.get(routing, "/", (request, response) -> send("index.html", request, response));
    Routes.get(
        routing, "/openapi.json", (request, response) -> send("openapi.json", request, response));
    Routes.get(
        routing,
        "/page/{name}",
        (request, response) ->
            send(request.path().pathParameters().get("name"), request, response));
  }

  private static void send(String name, ServerRequest request, ServerResponse response) {
    Optional<byte[]> file = read(name);
    String ending = name.substring(name.lastIndexOf('.') + 1);
    if (file.isEmpty() || !TYPES.containsKey(ending)) {
      JsonResponses.send(
          response,
          ApiException.of(
              404,
              "invalid_request_error",
              "unknown_url",
              request.path().path() + ": there is nothing here"));
      return;
    }
    response.header(HeaderNames.CONTENT_TYPE, TYPES.get(ending));
    response.header(HeaderNames.CACHE_CONTROL, "no-cache");
    response.header("Content-Security-Policy", POLICY);
    response.header("Referrer-Policy", "no-referrer");
    Bodies.send(response, file.get());
  }

  private static Optional<byte[]> read(String name) {
    if (!name.matches("[a-z][a-z0-9-]*(\\.[a-z0-9]+)+")) {
      return Optional.empty();
    }
    String place = LIBRARIES.getOrDefault(name, FOLDER + name);
    try (InputStream in = PageFiles.class.getResourceAsStream(place)) {
      return in == null ? Optional.empty() : Optional.of(in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
