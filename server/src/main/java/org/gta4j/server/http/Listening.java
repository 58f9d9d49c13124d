package org.gta4j.server.http;

import io.helidon.http.DirectHandler;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.WebServerConfig;
import io.helidon.webserver.http.DirectHandlers;
import io.helidon.webserver.http1.Http1Config;
import io.helidon.webserver.http1.Http1ConnectionSelector;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.gta4j.server.api.ApiException;
import org.gta4j.server.api.ServedModel;
import org.gta4j.server.settings.ServerSettings;
import org.jspecify.annotations.Nullable;

/** Sets a web server up. */
public final class Listening {
  /** A connection that nothing is said on. */
  private static final Duration IDLE = Duration.ofMinutes(5);

  /** A client that takes nothing of an answer for so long has left without a word. */
  private static final Duration UNREAD = Duration.ofSeconds(30);

  /** What the system keeps of an answer that its client has not taken yet. */
  private static final int MOST_SENT_AHEAD = 128 << 10;

  /** What is written at the end is waited for so long. */
  private static final Duration GRACE = Duration.ofSeconds(2);

  private Listening() {}

  /** Tells the web server where to listen and what to do. */
  public static void configure(
      WebServerConfig.Builder web, ServedModel model, ServerSettings settings) {
    Http1Config http = Http1Config.builder().addReceiveListener(new ConnectionWatch()).build();
    Duration most = settings.mostTime();
    Duration unread = UNREAD.compareTo(most) < 0 ? UNREAD : most;
    web.host(settings.host())
        .port(settings.port())
        .shutdownHook(false)
        .shutdownGracePeriod(GRACE)
        .idleConnectionTimeout(IDLE)
        .connectionOptions(socket -> socket.socketSendBufferSize(MOST_SENT_AHEAD))
        .addConnectionSelector(
            new WatchedConnections(
                Http1ConnectionSelector.builder().config(http).build(), IDLE, unread))
        .directHandlers(errors())
        .routing(routing -> new Routes(model, settings).register(routing));
  }

  /** What is refused before there is a route for it has the same shape as everything else. */
  private static DirectHandlers errors() {
    DirectHandlers.Builder handlers = DirectHandlers.builder();
    for (DirectHandler.EventType type : DirectHandler.EventType.values()) {
      handlers.addHandler(
          type,
          (request, event, status, headers, message) ->
              DirectHandler.TransportResponse.builder()
                  .status(status)
                  .headers(headers)
                  .header(HeaderNames.CONTENT_TYPE, "application/json")
                  .keepAlive(event.keepAlive())
                  .entity(body(status.code(), message))
                  .build());
    }
    return handlers.build();
  }

  private static byte[] body(int status, @Nullable String message) {
    return JsonResponses.MAPPER
        .writeValueAsString(error(status, message).toJson())
        .getBytes(StandardCharsets.UTF_8);
  }

  private static ApiException error(int status, @Nullable String message) {
    if (status == Status.HTTP_VERSION_NOT_SUPPORTED_505_CODE) {
      return ApiException.of(
          status,
          "invalid_request_error",
          "http_version_not_supported",
          "expected a request of HTTP/1.1, found one of HTTP/1.0: nginx needs proxy_http_version 1.1");
    }
    if (status >= 500) {
      return ApiException.failed("the request has failed");
    }
    return ApiException.of(
        status,
        "invalid_request_error",
        "bad_request",
        message == null ? "the request: expected HTTP, found a mistake" : message);
  }
}
