package org.gta4j.server.api;

import java.util.Optional;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** A request that is refused or has failed, in the shape that OpenAI's clients know. */
public final class ApiException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final String type;
  private final transient Optional<String> param;
  private final transient Optional<String> code;

  private ApiException(
      int status, String type, Optional<String> param, Optional<String> code, String message) {
    super(message);
    this.status = status;
    this.type = type;
    this.param = param;
    this.code = code;
  }

  /** A field that is not as it has to be. */
  public static ApiException invalid(String param, String message) {
    return new ApiException(
        400, "invalid_request_error", Optional.of(param), Optional.empty(), message);
  }

  /** The same with a code that programs can tell it by. */
  public static ApiException invalid(String param, String code, String message) {
    return new ApiException(
        400, "invalid_request_error", Optional.of(param), Optional.of(code), message);
  }

  /** A field of which something else was expected. */
  public static ApiException expected(String param, String expected, Object found) {
    return invalid(param, "%s: expected %s, found %s".formatted(param, expected, found));
  }

  /** A request that is no request. */
  public static ApiException malformed(String message) {
    return new ApiException(
        400, "invalid_request_error", Optional.empty(), Optional.empty(), message);
  }

  /** Another status, whose reason is no field's. */
  public static ApiException of(int status, String type, String code, String message) {
    return new ApiException(status, type, Optional.empty(), Optional.of(code), message);
  }

  /** The server's fault. */
  public static ApiException failed(String message) {
    return of(500, "server_error", "internal_error", message);
  }

  /** What an exception says. */
  static String words(Throwable cause) {
    String message = cause.getMessage();
    return message == null ? cause.getClass().getSimpleName() : message;
  }

  /** The HTTP status. */
  public int status() {
    return status;
  }

  /** {@code {"error": {"message", "type", "param", "code"}}}. */
  public ObjectNode toJson() {
    ObjectNode whole = JsonNodeFactory.instance.objectNode();
    ObjectNode error = whole.putObject("error");
    error.put("message", getMessage());
    error.put("type", type);
    error.set("param", text(param));
    error.set("code", text(code));
    return whole;
  }

  private static tools.jackson.databind.JsonNode text(Optional<String> value) {
    return value.isPresent()
        ? JsonNodeFactory.instance.stringNode(value.get())
        : JsonNodeFactory.instance.nullNode();
  }
}
