package org.gta4j.answer;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.gta4j.chat.tools.ParsedAnswer;
import org.gta4j.chat.tools.ToolFunction;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** What was said in a conversation, as OpenAI's {@code messages}, and what is offered in it. */
final class Said {
  private final ArrayNode messages = JsonNodeFactory.instance.arrayNode();

  /** Calls of the last answer that nothing was returned for yet. */
  private final List<ObjectNode> open = new ArrayList<>();

  private int calls;

  /** A copy. */
  ArrayNode messages() {
    return messages.deepCopy();
  }

  void add(String role, String text) {
    messages.addObject().put("role", role).put("content", text);
  }

  /** What is called is identified by its number in the conversation. */
  void addAnswer(ParsedAnswer answer) {
    ObjectNode message = messages.addObject().put("role", "assistant");
    answer.content().ifPresent(text -> message.put("content", text));
    answer.reasoning().ifPresent(text -> message.put("reasoning_content", text));
    open.clear();
    for (ParsedAnswer.Call call : answer.calls()) {
      if (call.isComplete()) {
        ObjectNode written =
            JsonNodeFactory.instance
                .objectNode()
                .put("id", "call_" + calls++)
                .put("type", "function");
        written.putObject("function").put("name", call.name()).put("arguments", call.arguments());
        open.add(written);
      }
    }
    if (!open.isEmpty()) {
      message.putArray("tool_calls").addAll(open);
    }
  }

  /**
   * Adds what calls have returned.
   *
   * @throws IllegalArgumentException if there are more or fewer of them
   */
  void addResults(List<String> results) {
    if (open.isEmpty() || results.size() != open.size()) {
      throw new IllegalArgumentException(
          "results: expected one for each of the last answer's %d calls, found %d"
              .formatted(open.size(), results.size()));
    }
    for (int i = 0; i < results.size(); i++) {
      messages
          .addObject()
          .put("role", "tool")
          .put("tool_call_id", open.get(i).path("id").stringValue())
          .put("name", open.get(i).path("function").path("name").stringValue())
          .put("content", results.get(i));
    }
  }

  /** Says something, and forgets it where that fails. */
  <T> T orForget(Supplier<T> saying) {
    int before = messages.size();
    List<ObjectNode> openBefore = List.copyOf(open);
    try {
      return saying.get();
    } catch (RuntimeException | Error e) {
      while (messages.size() > before) {
        messages.remove(messages.size() - 1);
      }
      open.clear();
      open.addAll(openBefore);
      throw e;
    }
  }

  /** OpenAI's {@code tools}. */
  static JsonNode tools(List<ToolFunction> functions) {
    return JsonMapper.shared()
        .valueToTree(functions.stream().map(ToolFunction::definition).toList());
  }
}
