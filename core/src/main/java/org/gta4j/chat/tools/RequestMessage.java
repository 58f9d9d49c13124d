package org.gta4j.chat.tools;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Predicate;
import org.gta4j.chat.ChatMessage;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A message of a request.
 *
 * @param fields its fields, but for the content and calls
 * @param content its text; empty where there is none
 * @param calls the calls that the assistant made in it
 */
record RequestMessage(
    SequencedMap<String, Object> fields, Optional<String> content, List<Call> calls) {

  /**
   * A call.
   *
   * @param fields its fields, but for the function
   */
  record Call(SequencedMap<String, Object> fields, CallText.Made made) {}

  private static final String ROLE = "role";
  private static final String CONTENT = "content";
  private static final String CALLS = "tool_calls";

  /** Those that OpenAI knows. */
  private static final List<String> ROLES =
      List.of("system", "developer", "user", "assistant", "tool");

  /**
   * Reads messages.
   *
   * @param knowsRole whether the model's template has a role that OpenAI does not know
   * @throws IllegalArgumentException if they are something else, with the place
   */
  static List<RequestMessage> read(JsonNode messages, Predicate<String> knowsRole) {
    if (!messages.isArray() || messages.isEmpty()) {
      throw JsonValues.refused("messages", "a list of at least one", messages);
    }
    List<RequestMessage> read = new ArrayList<>();
    for (int i = 0; i < messages.size(); i++) {
      read.add(read("messages[%d]".formatted(i), messages.get(i), knowsRole));
    }
    return read;
  }

  private static RequestMessage read(String where, JsonNode message, Predicate<String> knowsRole) {
    if (!message.isObject()) {
      throw JsonValues.refused(where, "an object", message);
    }
    JsonNode role = message.path(ROLE);
    if (!role.isString()) {
      throw JsonValues.refused(where + "." + ROLE, "a text", role);
    }
    // Templates pass over what they do not know, or write it as they write users' words.
    if (!ROLES.contains(role.stringValue()) && !knowsRole.test(role.stringValue())) {
      throw JsonValues.refused(where + "." + ROLE, "one of " + String.join(", ", ROLES), role);
    }
    SequencedMap<String, Object> fields = JsonValues.fields(message);
    fields.remove(CONTENT);
    fields.remove(CALLS);
    fields.values().removeIf(value -> value instanceof Optional<?>); // null is not there
    List<Call> calls = calls(where + "." + CALLS, message.path(CALLS));
    Optional<String> content = content(where + "." + CONTENT, message.path(CONTENT));
    if (content.isEmpty() && calls.isEmpty() && !role.stringValue().equals("assistant")) {
      throw JsonValues.refused(where + "." + CONTENT, "a text", message.path(CONTENT));
    }
    return new RequestMessage(fields, content, calls);
  }

  private static Optional<String> content(String where, JsonNode content) {
    if (content.isMissingNode() || content.isNull()) {
      return Optional.empty();
    }
    if (content.isString()) {
      return Optional.of(content.stringValue());
    }
    if (!content.isArray()) {
      throw JsonValues.refused(where, "a text or a list of parts", content);
    }
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < content.size(); i++) {
      JsonNode part = content.get(i);
      JsonNode partText = part.path("text");
      if (!part.path("type").asString("").equals("text") || !partText.isString()) {
        throw JsonValues.refused("%s[%d]".formatted(where, i), "a part that is a text", part);
      }
      text.append(partText.stringValue());
    }
    return Optional.of(text.toString());
  }

  private static List<Call> calls(String where, JsonNode calls) {
    if (calls.isMissingNode() || calls.isNull()) {
      return List.of();
    }
    if (!calls.isArray()) {
      throw JsonValues.refused(where, "a list", calls);
    }
    List<Call> read = new ArrayList<>();
    for (int i = 0; i < calls.size(); i++) {
      JsonNode call = calls.get(i);
      String place = "%s[%d].function".formatted(where, i);
      JsonNode name = call.path("function").path("name");
      if (!name.isString() || name.stringValue().isBlank()) {
        throw JsonValues.refused(place + ".name", "a name", name);
      }
      SequencedMap<String, Object> fields = JsonValues.fields(call);
      fields.remove("function");
      fields.remove("index"); // of a streamed answer that was sent back as it was
      fields.putIfAbsent("type", "function");
      ObjectNode arguments =
          arguments(place + ".arguments", call.path("function").path("arguments"));
      read.add(new Call(fields, new CallText.Made(name.stringValue(), arguments)));
    }
    return read;
  }

  private static ObjectNode arguments(String where, JsonNode given) {
    JsonNode node = given;
    if (given.isString()) {
      try {
        String text = given.stringValue();
        node =
            text.isBlank()
                ? JsonNodeFactory.instance.objectNode()
                : JsonMapper.shared().readTree(text);
      } catch (JacksonException e) {
        throw JsonValues.refused(where, "the text of a JSON object", given);
      }
    } else if (given.isMissingNode() || given.isNull()) {
      node = JsonNodeFactory.instance.objectNode();
    }
    if (node instanceof ObjectNode object) {
      return object;
    }
    throw JsonValues.refused(where, "the text of a JSON object", given);
  }

  String role() {
    return String.valueOf(fields.get(ROLE));
  }

  boolean hasCalls() {
    return !calls.isEmpty();
  }

  /** Whether it is a call or what came of one. */
  boolean isOfTools() {
    return hasCalls() || role().equals("tool");
  }

  /** The message as a template with these habits takes it. */
  ChatMessage forTemplate(TemplateHabits habits) {
    boolean isOnlyCalls = hasCalls() && content.orElse("").isEmpty();
    ChatMessage message = with(isOnlyCalls ? habits.content() : content.orElse(""));
    if (!hasCalls()) {
      return message;
    }
    List<Map<String, Object>> written = new ArrayList<>();
    for (Call call : calls) {
      SequencedMap<String, Object> function = new LinkedHashMap<>();
      function.put("name", call.made().name());
      function.put(
          "arguments",
          switch (habits.arguments()) {
            case MAP -> JsonValues.fields(call.made().arguments());
            case TEXT -> call.made().arguments().toString();
          });
      SequencedMap<String, Object> fields = new LinkedHashMap<>(call.fields());
      fields.put("function", function);
      written.add(fields);
    }
    return message.with(CALLS, written);
  }

  /** The message with its calls in the text, for templates that don't write them. */
  ChatMessage withCallsAsText(ToolFormat format) {
    String text = content.orElse("");
    String written = CallText.of(format, calls.stream().map(Call::made).toList());
    return with(text.isBlank() ? written : text + "\n" + written);
  }

  /** The message without its calls, with another content. */
  private ChatMessage with(Object text) {
    SequencedMap<String, Object> message = new LinkedHashMap<>();
    message.put(ROLE, role());
    message.put(CONTENT, text);
    fields.forEach(message::putIfAbsent);
    return new ChatMessage(message);
  }
}
