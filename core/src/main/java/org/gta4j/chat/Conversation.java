package org.gta4j.chat;

import java.util.List;
import java.util.Map;

/**
 * What a chat template is given.
 *
 * @param messages what was said so far
 * @param addGenerationPrompt whether the text ends where the assistant's answer begins
 * @param tools the functions that the model may call, as JSON schemas; none where it is empty
 * @param variables more that the template may know, such as {@code enable_thinking}
 */
public record Conversation(
    List<ChatMessage> messages,
    boolean addGenerationPrompt,
    List<? extends Map<String, ?>> tools,
    Map<String, ?> variables) {

  /** Copies the lists. */
  public Conversation {
    messages = List.copyOf(messages);
    tools = List.copyOf(tools);
    variables = Map.copyOf(variables);
  }

  /** Messages that the assistant is to answer. */
  public static Conversation toAnswer(List<ChatMessage> messages) {
    return new Conversation(messages, true, List.of(), Map.of());
  }
}
