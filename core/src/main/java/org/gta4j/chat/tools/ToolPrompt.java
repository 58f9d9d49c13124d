package org.gta4j.chat.tools;

import java.util.List;
import java.util.Optional;
import org.gta4j.chat.ChatTemplate;
import org.gta4j.chat.Conversation;

/**
 * A request as a model's template takes it.
 *
 * @param template what writes the conversation
 * @param conversation the messages, the functions and the template's other variables
 * @param format how calls in the answer are written; empty where no function is offered, so that
 *     there is nothing to look for
 * @param functions those that are offered
 * @param choice whether one of them has to be called
 */
public record ToolPrompt(
    ChatTemplate template,
    Conversation conversation,
    Optional<ToolFormat> format,
    List<ToolFunction> functions,
    ToolChoice choice) {

  /** Copies the list. */
  public ToolPrompt {
    functions = List.copyOf(functions);
  }
}
