package org.gta4j.server.api;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;
import org.gta4j.checkpoint.CheckpointException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code /v1/sessions/NAME}: what is cached of a text, kept in a file, so that the text goes on
 * where it was after the server has started again.
 */
public final class SessionEndpoint {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]{0,63}");
  private static final String ENDING = ".gta4j-session";

  private final ServedModel model;
  private final Optional<Path> folder;

  /**
   * Of a model.
   *
   * @param folder where sessions are; none are kept where it is empty
   */
  public SessionEndpoint(ServedModel model, Optional<Path> folder) {
    this.model = model;
    this.folder = folder;
  }

  /**
   * Saves the text of a request, or restores a saved one.
   *
   * @param name the session's
   * @param body {@code action}, {@code save} or {@code restore}; to save, {@code messages} as for
   *     {@code /v1/chat/completions} or {@code prompt} as for {@code /v1/completions}
   * @throws ApiException if it cannot be done
   */
  public ObjectNode answer(String name, JsonNode body) {
    Path file = file(name);
    Fields fields = Fields.of(body);
    String action = fields.text("action").orElse("");
    int tokens =
        switch (action) {
          case "save" -> save(fields, file);
          case "restore" -> restore(name, file);
          default -> throw ApiException.expected("action", "save or restore", "\"" + action + "\"");
        };
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    answer.put("name", name);
    answer.put("action", action);
    answer.put("tokens", tokens);
    return answer;
  }

  private Path file(String name) {
    Path known =
        folder.orElseThrow(() ->
            ApiException.of(
                404,
                "invalid_request_error",
                "no_sessions",
                "this server keeps no sessions; --sessions FOLDER makes it do so"));
    if (!NAME.matcher(name).matches()) {
      throw ApiException.expected(
          "name", "1 to 64 letters, digits, _ or -, the first no sign", "\"" + name + "\"");
    }
    return known.resolve(name + ENDING);
  }

  private int save(Fields fields, Path file) {
    int[] ids =
        fields.value("messages").isPresent()
            ? ChatRequest.of(fields, model).chat().ids()
            : CompletionRequest.of(fields, model).prompts().getFirst().ids();
    try {
      return model.engine().save(ids, file);
    } catch (IllegalArgumentException e) {
      throw ApiException.of(
          409,
          "invalid_request_error",
          "nothing_cached",
          "there is nothing to save: " + ApiException.words(e));
    } catch (CheckpointException e) {
      throw ApiException.failed(ApiException.words(e));
    }
  }

  private int restore(String name, Path file) {
    if (!Files.exists(file)) {
      throw ApiException.of(
          404, "invalid_request_error", "unknown_session", "there is no session " + name);
    }
    try {
      return model.engine().restore(file);
    } catch (IllegalArgumentException | CheckpointException e) {
      throw ApiException.of(409, "invalid_request_error", "session_refused", ApiException.words(e));
    }
  }
}
