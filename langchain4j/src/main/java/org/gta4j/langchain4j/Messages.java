package org.gta4j.langchain4j;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.Content;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.UnsupportedFeatureException;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** langchain4j's messages as OpenAI's, which chat templates are given. */
final class Messages {
  private Messages() {}

  /**
   * Writes them.
   *
   * @throws UnsupportedFeatureException if there is more than texts and calls in them
   */
  static ArrayNode of(List<ChatMessage> messages) {
    ArrayNode list = JsonNodeFactory.instance.arrayNode();
    for (ChatMessage message : messages) {
      ObjectNode to = list.addObject();
      switch (message) {
        case SystemMessage system -> to.put("role", "system").put("content", system.text());
        case UserMessage user -> write(user, to);
        case AiMessage answer -> write(answer, to);
        case ToolExecutionResultMessage result -> write(result, to);
        default ->
            throw new UnsupportedFeatureException(
                "messages of type %s are not supported".formatted(message.type()));
      }
    }
    return list;
  }

  private static void write(UserMessage user, ObjectNode to) {
    to.put("role", "user").put("content", text(user.contents()));
    String name = user.name();
    if (name != null) {
      to.put("name", name);
    }
  }

  private static void write(AiMessage answer, ObjectNode to) {
    if (!answer.images().isEmpty()) {
      throw new UnsupportedFeatureException("images in messages are not supported");
    }
    to.put("role", "assistant");
    String text = answer.text();
    if (text != null) {
      to.put("content", text);
    }
    String thinking = answer.thinking();
    if (thinking != null) {
      to.put("reasoning_content", thinking);
    }
    if (answer.hasToolExecutionRequests()) {
      ArrayNode calls = to.putArray("tool_calls");
      answer.toolExecutionRequests().forEach(request -> write(request, calls.addObject()));
    }
  }

  private static void write(ToolExecutionRequest request, ObjectNode to) {
    String id = request.id();
    if (id != null) {
      to.put("id", id);
    }
    to.put("type", "function");
    ObjectNode function = to.putObject("function").put("name", request.name());
    String arguments = request.arguments();
    function.put("arguments", arguments == null ? "{}" : arguments);
  }

  /** What came of a call; an error is told by its text alone, since templates have no mark. */
  private static void write(ToolExecutionResultMessage result, ObjectNode to) {
    to.put("role", "tool").put("content", text(result.contents()));
    String id = result.id();
    if (id != null) {
      to.put("tool_call_id", id);
    }
    String name = result.toolName();
    if (name != null) {
      to.put("name", name);
    }
  }

  private static String text(List<Content> contents) {
    StringBuilder text = new StringBuilder();
    for (Content content : contents) {
      if (!(content instanceof TextContent part)) {
        throw new UnsupportedFeatureException(
            "content of type %s is not supported: expected texts"
                .formatted(content.type().name().toLowerCase(Locale.ROOT)));
      }
      text.append(part.text());
    }
    return text.toString();
  }
}
