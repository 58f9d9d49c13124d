package org.gta4j.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import org.gta4j.chat.ChatMessage;
import org.gta4j.chat.Conversation;
import tools.jackson.databind.JsonNode;

/** A conversation as a line of JSON has it. */
public final class ConversationLine {
  private ConversationLine() {}

  /**
   * The conversation in {@code {"messages", "add_generation_prompt", "tools", ...}}; what else is
   * in it are variables of the template.
   *
   * @param where names the line in errors
   * @throws RefusedException if it is something else
   */
  public static Conversation read(JsonNode node, String where) {
    List<ChatMessage> messages = new ArrayList<>();
    for (JsonNode message : list(node, "messages", where)) {
      if (!message.isObject()) {
        throw new RefusedException(where + ": messages: expected objects, found " + message);
      }
      messages.add(new ChatMessage(fields(message)));
    }
    JsonNode prompt = node.path("add_generation_prompt");
    if (!prompt.isBoolean() && !prompt.isMissingNode()) {
      throw new RefusedException(
          where + ": add_generation_prompt: expected true or false, found " + prompt);
    }
    List<Map<String, Object>> tools = new ArrayList<>();
    for (JsonNode tool : list(node, "tools", where)) {
      if (!tool.isObject()) {
        throw new RefusedException(where + ": tools: expected objects, found " + tool);
      }
      tools.add(fields(tool));
    }
    Map<String, Object> variables = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> field : node.properties()) {
      switch (field.getKey()) {
        case "messages", "add_generation_prompt", "tools", "text", "ids" -> {}
        default -> variables.put(field.getKey(), value(field.getValue()));
      }
    }
    return new Conversation(messages, prompt.asBoolean(false), tools, variables);
  }

  private static Iterable<JsonNode> list(JsonNode node, String key, String where) {
    JsonNode list = node.path(key);
    if (list.isMissingNode() || list.isNull()) {
      return List.of();
    }
    if (!list.isArray()) {
      throw new RefusedException("%s: %s: expected a list, found %s".formatted(where, key, list));
    }
    return list;
  }

  private static SequencedMap<String, Object> fields(JsonNode object) {
    SequencedMap<String, Object> fields = new LinkedHashMap<>();
    object.properties().forEach(field -> fields.put(field.getKey(), value(field.getValue())));
    return fields;
  }

  private static Object value(JsonNode node) {
    if (node.isObject()) {
      return fields(node);
    }
    if (node.isArray()) {
      List<Object> list = new ArrayList<>();
      node.forEach(item -> list.add(value(item)));
      return list;
    }
    if (node.isBoolean()) {
      return node.booleanValue();
    }
    if (node.isNumber()) {
      return node.isIntegralNumber() && node.canConvertToLong()
          ? (Object) node.longValue()
          : node.doubleValue();
    }
    return node.isString() ? node.stringValue() : Optional.empty();
  }
}
