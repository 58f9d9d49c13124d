package org.gta4j.server.http;

import io.helidon.http.HeaderNames;
import io.helidon.webserver.ServerConnectionException;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.gta4j.server.api.AnswerWriter;
import org.gta4j.server.api.ApiException;
import org.gta4j.server.api.ClientGoneException;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes an endpoint's answer to a client: one JSON object, or server-sent events.
 *
 * <p>Not thread-safe.
 */
final class ResponseWriter implements AnswerWriter {
  private static final byte[] DATA = "data: ".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] END = "\n\n".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] DONE = "[DONE]".getBytes(StandardCharsets.US_ASCII);

  private final ServerResponse response;
  private final BooleanSupplier clientIsThere;
  private Optional<OutputStream> stream = Optional.empty();

  ResponseWriter(ServerResponse response, BooleanSupplier clientIsThere) {
    this.response = response;
    this.clientIsThere = clientIsThere;
  }

  @Override
  public boolean clientIsThere() {
    return clientIsThere.getAsBoolean();
  }

  @Override
  public void send(ObjectNode whole) {
    JsonResponses.send(response, whole);
  }

  @Override
  public void event(ObjectNode event) {
    write(JsonResponses.MAPPER.writeValueAsBytes(event));
  }

  @Override
  public void done() {
    write(DONE);
    try {
      stream.orElseThrow().close();
    } catch (IOException | UncheckedIOException | ServerConnectionException e) {
      throw gone(e);
    }
  }

  /** Sends an error: as the answer, or as the last event where a stream has begun. */
  void fail(ApiException error) {
    if (stream.isEmpty()) {
      JsonResponses.send(response, error);
    } else {
      event(error.toJson());
      done();
    }
  }

  private void write(byte[] data) {
    try {
      if (stream.isEmpty()) {
        response.header(HeaderNames.CONTENT_TYPE, "text/event-stream; charset=utf-8");
        response.header(HeaderNames.CACHE_CONTROL, "no-cache");
        response.header("X-Accel-Buffering", "no"); // for proxies that collect answers
        stream = Optional.of(response.outputStream());
      }
      OutputStream out = stream.get();
      byte[] event = new byte[DATA.length + data.length + END.length];
      System.arraycopy(DATA, 0, event, 0, DATA.length);
      System.arraycopy(data, 0, event, DATA.length, data.length);
      System.arraycopy(END, 0, event, DATA.length + data.length, END.length);
      out.write(event);
      out.flush();
    } catch (IOException
        | UncheckedIOException
        | ServerConnectionException
        | IllegalStateException e) {
      throw gone(e);
    }
  }

  private static ClientGoneException gone(Exception cause) {
    ClientGoneException gone = new ClientGoneException();
    gone.addSuppressed(cause);
    return gone;
  }
}
