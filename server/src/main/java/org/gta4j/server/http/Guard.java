package org.gta4j.server.http;

import io.helidon.http.HeaderNames;
import io.helidon.http.Method;
import io.helidon.webserver.http.Filter;
import io.helidon.webserver.http.FilterChain;
import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.http.RoutingResponse;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.gta4j.server.api.ApiException;

/**
 * Who may ask: those who have a key, where keys are asked for, and pages of this server or of
 * origins that are allowed. A page of another origin could otherwise use a server on the reader's
 * machine.
 */
final class Guard implements Filter {
  private static final String BEARER = "Bearer ";

  /** What may be seen without a key: the page, which asks for it, and whether the server lives. */
  private static final Set<String> OPEN = Set.of("/", "/health", "/favicon.ico", "/openapi.json");

  private final List<String> keys;
  private final List<String> origins;

  /** Whether only names are answered to that are this machine's for everybody. */
  private final boolean isLocal;

  /**
   * Who may ask.
   *
   * @param host where the server listens
   */
  Guard(String host, List<String> keys, List<String> origins) {
    this.keys = List.copyOf(keys);
    this.origins = List.copyOf(origins);
    isLocal = keys.isEmpty() && !origins.contains("*") && isLoopback(host);
  }

  private static boolean isLoopback(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false; // nothing can listen there either
    }
  }

  @Override
  public void filter(FilterChain chain, RoutingRequest request, RoutingResponse response) {
    response.header("X-Content-Type-Options", "nosniff");
    String host = request.headers().first(HeaderNames.HOST).orElse("localhost");
    if (isLocal && !isOfThisMachine(host)) {
      // Somebody else's name may lead here for a moment: then their page counts as this server's.
      JsonResponses.send(
          response,
          ApiException.of(
              403,
              "invalid_request_error",
              "host_not_allowed",
              "this server is known as localhost or by its address, not as %s; a key or --cors"
                      .formatted(host)
                  + " \"*\" allows other names"));
      return;
    }
    Optional<String> origin = request.headers().first(HeaderNames.ORIGIN);
    if (origin.isPresent() && isAllowed(origin.get())) {
      response.header(HeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN, origin.get());
      response.header(HeaderNames.VARY, "Origin");
      if (request.prologue().method().equals(Method.OPTIONS)) {
        response.header(HeaderNames.ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, OPTIONS");
        // What clients' libraries add differs. It came as a header, so it breaks no line.
        response.header(
            HeaderNames.ACCESS_CONTROL_ALLOW_HEADERS,
            request
                .headers()
                .first(HeaderNames.ACCESS_CONTROL_REQUEST_HEADERS)
                .orElse("Authorization, Content-Type"));
        response.header(HeaderNames.ACCESS_CONTROL_MAX_AGE, "600");
        response.status(204).send();
        return;
      }
    } else if (origin.isPresent() && !isOwn(origin.get(), request)) {
      JsonResponses.send(
          response,
          ApiException.of(
              403,
              "invalid_request_error",
              "origin_not_allowed",
              "pages of %s may not use this server; --cors allows an origin"
                  .formatted(origin.get())));
      return;
    }
    String path = request.path().path();
    if (!keys.isEmpty() && !OPEN.contains(path) && !path.startsWith("/page/") && !hasKey(request)) {
      JsonResponses.send(
          response,
          ApiException.of(
              401,
              "invalid_request_error",
              "invalid_api_key",
              "expected one of this server's keys in the header Authorization: Bearer KEY"));
      return;
    }
    chain.proceed();
  }

  private static boolean isOfThisMachine(String host) {
    String name = host.replaceFirst(":[0-9]*$", "").toLowerCase(Locale.ROOT);
    return name.equals("localhost")
        || name.endsWith(".localhost")
        || name.startsWith("[")
        || name.matches("[0-9.]+");
  }

  private boolean isAllowed(String origin) {
    return origins.contains("*") || origins.contains(origin);
  }

  /**
   * Whether a page came from this server, by the name that the client knows it by. Without keys
   * only addresses and localhost count: any other name may be led here for a moment by its owner.
   */
  private boolean isOwn(String origin, RoutingRequest request) {
    int scheme = origin.indexOf("://");
    return scheme > 0
        && origin.substring(scheme + 3).equalsIgnoreCase(request.authority())
        && (!keys.isEmpty() || isOfThisMachine(request.authority()));
  }

  private boolean hasKey(RoutingRequest request) {
    byte[] given = key(request).orElse("").getBytes(StandardCharsets.UTF_8);
    boolean found = false;
    for (String key : keys) {
      // All of them, so that the time taken tells nothing.
      found |= MessageDigest.isEqual(key.getBytes(StandardCharsets.UTF_8), given);
    }
    return found;
  }

  /** The key that a request brings. */
  static Optional<String> key(io.helidon.webserver.http.HttpRequest request) {
    return request
        .headers()
        .first(HeaderNames.AUTHORIZATION)
        .filter(value -> value.regionMatches(true, 0, BEARER, 0, BEARER.length()))
        .map(value -> value.substring(BEARER.length()).strip());
  }
}
