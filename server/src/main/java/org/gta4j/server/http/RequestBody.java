package org.gta4j.server.http;

import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.ServerRequest;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import org.gta4j.server.api.ApiException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** Reads what a client sends, up to a size. */
final class RequestBody {
  private static final System.Logger LOG = System.getLogger(RequestBody.class.getName());
  private static final long MOST_DISCARDED = 256L << 20;

  private RequestBody() {}

  /**
   * A request's JSON.
   *
   * @throws ApiException if it is too large or no JSON
   */
  static JsonNode read(ServerRequest request, long most) {
    byte[] bytes = bytes(request, most);
    if (bytes.length == 0) {
      throw ApiException.malformed("the body: expected a JSON object, found nothing");
    }
    try {
      return JsonResponses.MAPPER.readTree(bytes);
    } catch (JacksonException e) {
      String where =
          e.getLocation() == null
              ? ""
              : " (line %d, column %d)"
                  .formatted(e.getLocation().getLineNr(), e.getLocation().getColumnNr());
      throw ApiException.malformed(
          "the body: expected JSON, found a mistake: " + e.getOriginalMessage() + where);
    }
  }

  /**
   * Reads what is left of a body that was refused, up to a size: where a connection ends with
   * something unread, the client may never see the answer.
   */
  static void discard(ServerRequest request) {
    byte[] unread = new byte[8192];
    try (InputStream body = request.content().inputStream()) {
      long left = MOST_DISCARDED;
      for (int read = 0; read >= 0 && left > 0; left -= read) {
        read = body.read(unread);
      }
    } catch (IOException | RuntimeException e) {
      LOG.log(System.Logger.Level.DEBUG, "what was left of a body cannot be read", e);
    }
  }

  private static byte[] bytes(ServerRequest request, long most) {
    long length = request.headers().contentLength().orElse(0);
    if (length > most) {
      throw tooLarge(most);
    }
    if (!request.content().hasEntity()) {
      return new byte[0];
    }
    byte[] bytes;
    try (InputStream body = request.content().inputStream()) {
      bytes = body.readNBytes((int) Math.min(most + 1, Integer.MAX_VALUE - 8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (UncheckedIOException | CloseConnectionException e) {
      throw e;
    } catch (RuntimeException e) {
      // The web server's reader of chunks throws what it stumbles upon.
      throw ApiException.malformed(
          "the body: expected as many bytes as its header says, or chunks, found something else");
    }
    if (bytes.length > most) {
      throw tooLarge(most);
    }
    return bytes;
  }

  private static ApiException tooLarge(long most) {
    return ApiException.of(
        413,
        "invalid_request_error",
        "request_too_large",
        "the body: expected at most %d bytes, found more".formatted(most));
  }
}
