package org.gta4j.server.http;

import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.ServerConnectionException;
import io.helidon.webserver.http.FilterChain;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.http.RoutingResponse;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.UncheckedIOException;
import java.util.function.BooleanSupplier;
import org.gta4j.server.api.AnswerWriter;
import org.gta4j.server.api.ApiException;
import org.gta4j.server.api.ChatEndpoint;
import org.gta4j.server.api.ClientGoneException;
import org.gta4j.server.api.CompletionEndpoint;
import org.gta4j.server.api.ModelEndpoint;
import org.gta4j.server.api.ServedModel;
import org.gta4j.server.api.SessionEndpoint;
import org.gta4j.server.api.TokenEndpoint;
import org.gta4j.server.settings.ServerSettings;
import tools.jackson.databind.JsonNode;

/** Which address does what. */
final class Routes {
  private static final System.Logger LOG = System.getLogger(Routes.class.getName());

  private final ServerSettings settings;
  private final ChatEndpoint chat;
  private final CompletionEndpoint completion;
  private final ModelEndpoint models;
  private final TokenEndpoint tokens;
  private final SessionEndpoint sessions;
  private final Metrics metrics;

  Routes(ServedModel model, ServerSettings settings) {
    this.settings = settings;
    chat = new ChatEndpoint(model);
    completion = new CompletionEndpoint(model);
    models = new ModelEndpoint(model);
    tokens = new TokenEndpoint(model);
    sessions = new SessionEndpoint(model, settings.sessions());
    metrics = new Metrics(model.engine());
  }

  /** An endpoint that takes JSON. */
  @FunctionalInterface
  private interface Endpoint {
    void answer(JsonNode body, Object client, AnswerWriter writer);
  }

  void register(HttpRouting.Builder routing) {
    routing.addFilter(Routes::closeWhereAsked);
    routing.addFilter(new Guard(settings.host(), settings.keys(), settings.origins()));
    routing.error(ApiException.class, (request, response, e) -> JsonResponses.send(response, e));
    for (String prefix : new String[] {"", "/v1"}) {
      post(routing, prefix + "/chat/completions", chat::answer);
      post(routing, prefix + "/completions", completion::answer);
      get(
          routing,
          prefix + "/models",
          (request, response) -> JsonResponses.send(response, models.list()));
    }
    get(
        routing,
        "/v1/models/{name:.*}",
        (request, response) ->
            JsonResponses.send(response, models.one(request.path().pathParameters().get("name"))));
    post(routing, "/tokenize", (body, client, writer) -> writer.send(tokens.tokenize(body)));
    post(routing, "/detokenize", (body, client, writer) -> writer.send(tokens.detokenize(body)));
    routing.post("/v1/sessions/{name}", this::session);
    refuseOthers(routing, "/v1/sessions/{name}", "POST");
    get(routing, "/health", (request, response) -> JsonResponses.send(response, models.health()));
    get(routing, "/metrics", (request, response) -> metrics.send(response));
    PageFiles.register(routing);
    routing.any((request, response) -> JsonResponses.send(response, notFound(request)));
  }

  /** The web server says that it closes the connection, and leaves it to the client. */
  private static void closeWhereAsked(
      FilterChain chain, RoutingRequest request, RoutingResponse response) {
    chain.proceed();
    if (request.headers().containsToken(HeaderValues.CONNECTION_CLOSE)
        || response.headers().containsToken(HeaderValues.CONNECTION_CLOSE)) {
      throw new CloseConnectionException("nothing more is to come");
    }
  }

  private static ApiException notFound(ServerRequest request) {
    String path = request.path().path();
    return ApiException.of(
        404,
        "invalid_request_error",
        "unknown_url",
        path.endsWith("/embeddings")
            ? "%s: this model continues texts and makes no embeddings".formatted(path)
            : "%s %s: there is nothing here; /openapi.json says what there is"
                .formatted(request.prologue().method().text(), path));
  }

  private void session(ServerRequest request, ServerResponse response) {
    String name = request.path().pathParameters().get("name");
    handle(
        "/v1/sessions",
        (body, client, writer) -> writer.send(sessions.answer(name, body)),
        request,
        response);
  }

  private void post(HttpRules routing, String path, Endpoint endpoint) {
    routing.post(path, (request, response) -> handle(path, endpoint, request, response));
    refuseOthers(routing, path, "POST");
  }

  /** An address that is only read. */
  static void get(HttpRules routing, String path, Handler handler) {
    routing.get(path, handler);
    routing.head(path, handler);
    refuseOthers(routing, path, "GET, HEAD");
  }

  private static void refuseOthers(HttpRules routing, String path, String allowed) {
    routing.any(
        path,
        (request, response) -> {
          response.header(HeaderNames.ALLOW, allowed);
          JsonResponses.send(
              response,
              ApiException.of(
                  405,
                  "invalid_request_error",
                  "method_not_allowed",
                  "%s: expected %s, found %s"
                      .formatted(
                          request.path().path(), allowed, request.prologue().method().text())));
        });
  }

  private void handle(
      String path, Endpoint endpoint, ServerRequest request, ServerResponse response) {
    Metrics.Timing timing = metrics.begin(path);
    ResponseWriter writer = null;
    try {
      JsonNode body = RequestBody.read(request, settings.mostBodyBytes());
      BooleanSupplier clientIsThere = ConnectionWatch.begin();
      writer = new ResponseWriter(response, clientIsThere);
      endpoint.answer(body, client(request), writer);
      timing.end("ok");
    } catch (ApiException e) {
      timing.end(Integer.toString(e.status()));
      fail(writer, response, e);
      if (e.status() == 413) {
        RequestBody.discard(request);
      }
    } catch (ClientGoneException | UncheckedIOException | ServerConnectionException e) {
      timing.end("left");
      throw new CloseConnectionException("the client has left", e);
    } catch (OutOfMemoryError e) {
      timing.end("503");
      fail(
          writer,
          response,
          ApiException.of(
              503, "server_error", "out_of_memory", "the request takes more memory than there is"));
    } catch (RuntimeException e) {
      timing.end("500");
      LOG.log(System.Logger.Level.ERROR, path + ": the request has failed", e);
      fail(writer, response, ApiException.failed("the request has failed: " + e.getMessage()));
    }
  }

  private static void fail(
      @org.jspecify.annotations.Nullable ResponseWriter writer,
      ServerResponse response,
      ApiException error) {
    try {
      if (writer == null) {
        JsonResponses.send(response, error);
      } else {
        writer.fail(error);
      }
    } catch (ClientGoneException | UncheckedIOException | ServerConnectionException e) {
      throw new CloseConnectionException("the client has left", e);
    }
  }

  /** Whose request it is, as far as can be told: texts of many clients come in turn. */
  private static Object client(ServerRequest request) {
    return Guard.key(request).orElseGet(() -> request.remotePeer().host());
  }
}
