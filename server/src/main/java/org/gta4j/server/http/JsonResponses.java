package org.gta4j.server.http;

import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.webserver.http.ServerResponse;
import org.gta4j.server.api.ApiException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Answers as JSON. */
final class JsonResponses {
  static final JsonMapper MAPPER = JsonMapper.builder().build();

  private JsonResponses() {}

  static void send(ServerResponse response, JsonNode json) {
    response.header(HeaderNames.CONTENT_TYPE, "application/json");
    Bodies.send(response, MAPPER.writeValueAsBytes(json));
  }

  static void send(ServerResponse response, ApiException error) {
    response.status(error.status());
    if (error.status() == 401) {
      response.header(HeaderNames.WWW_AUTHENTICATE, "Bearer");
    }
    if (error.status() == 413) {
      response.header(HeaderValues.CONNECTION_CLOSE); // The rest of it is not read.
    }
    if (error.status() == 429) {
      response.header(HeaderNames.RETRY_AFTER, "1");
    }
    send(response, error.toJson());
  }
}
