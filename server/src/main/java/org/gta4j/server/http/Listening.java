package org.gta4j.server.http;

import io.helidon.http.DirectHandler;
import io.helidon.http.HeaderNames;
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

  /** What is written at the end is waited for so long. */
  private static final Duration GRACE = Duration.ofSeconds(2);

  private Listening() {}

  /** Tells the web server where to listen and what to do. */
  public static void configure(
      WebServerConfig.Builder web, ServedModel model, ServerSettings settings) {
    Http1Config http = Http1Config.builder().addReceiveListener(new ConnectionWatch()).build();
    web.host(settings.host())
        .port(settings.port())
        .shutdownHook(false)
        .shutdownGracePeriod(GRACE)
        .idleConnectionTimeout(IDLE)
        .addConnectionSelector(
            new WatchedConnections(Http1ConnectionSelector.builder().config(http).build()))
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
    ApiException error =
        status >= 500
            ? ApiException.failed("the request has failed")
            : ApiException.of(
                status,
                "invalid_request_error",
                "bad_request",
                message == null ? "the request: expected HTTP, found a mistake" : message);
    return JsonResponses.MAPPER.writeValueAsString(error.toJson()).getBytes(StandardCharsets.UTF_8);
  }
}
