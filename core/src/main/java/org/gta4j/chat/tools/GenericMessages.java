package org.gta4j.chat.tools;

import java.util.ArrayList;
import java.util.List;
import org.gta4j.chat.ChatMessage;
import tools.jackson.databind.json.JsonMapper;

/**
 * Messages for a template that knows nothing of functions: a system message describes them, calls
 * are the assistant's text, and what came of them is the user's.
 */
final class GenericMessages {
  private static final String SYSTEM = "system";
  private static final String USER = "user";

  private GenericMessages() {}

  /**
   * The messages.
   *
   * @param functions those to be described; none where it is empty
   * @param takesSystem whether the template takes a system message; else the description stands
   *     before the user's first one
   */
  static List<ChatMessage> of(
      List<RequestMessage> messages, List<ToolFunction> functions, boolean takesSystem) {
    List<ChatMessage> written = new ArrayList<>();
    StringBuilder results = new StringBuilder();
    for (RequestMessage message : messages) {
      if (message.role().equals("tool")) {
        results.append(results.isEmpty() ? "" : "\n").append(result(message));
        continue;
      }
      flush(results, written);
      ChatMessage next =
          message.hasCalls()
              ? message.withCallsAsText(ToolFormat.GENERIC)
              : ChatMessage.of(message.role(), message.content().orElse(""));
      written.add(message.role().equals("developer") ? next.with("role", SYSTEM) : next);
    }
    flush(results, written);
    if (!functions.isEmpty()) {
      describe(written, description(functions), takesSystem);
    }
    return written;
  }

  private static String result(RequestMessage message) {
    return "<tool_response>\n%s\n</tool_response>".formatted(message.content().orElse(""));
  }

  private static void flush(StringBuilder results, List<ChatMessage> written) {
    if (!results.isEmpty()) {
      written.add(ChatMessage.of(USER, results.toString()));
      results.setLength(0);
    }
  }

  private static void describe(List<ChatMessage> written, String description, boolean takesSystem) {
    int at = takesSystem ? 0 : first(written, USER);
    boolean isThere =
        at < written.size()
            && written.get(at).fields().get("role") instanceof String role
            && role.equals(takesSystem ? SYSTEM : USER);
    if (!isThere) {
      written.addFirst(ChatMessage.of(takesSystem ? SYSTEM : USER, description));
      return;
    }
    String text = String.valueOf(written.get(at).fields().get("content"));
    String joined = takesSystem ? text + "\n\n" + description : description + "\n\n" + text;
    written.set(at, written.get(at).with("content", joined));
  }

  private static int first(List<ChatMessage> messages, String role) {
    int at = 0;
    while (at < messages.size() && !role.equals(messages.get(at).fields().get("role"))) {
      at++;
    }
    return at;
  }

  private static String description(List<ToolFunction> functions) {
    StringBuilder text =
        new StringBuilder(
            """
            You can call functions. Each of them is described by one line of JSON, \
            with a JSON schema of its parameters:
            """);
    for (ToolFunction function : functions) {
      text.append(JsonMapper.shared().writeValueAsString(function.definition().get("function")));
      text.append('\n');
    }
    return text.append(
            """

            To call a function, write its name and its arguments as a JSON object within these tags:
            <tool_call>
            {"name": "NAME", "arguments": {"PARAMETER": "VALUE"}}
            </tool_call>
            Write nothing behind calls: what the functions return is in the next message. \
            If none of them is of use, answer without a call.\
            """)
        .toString();
  }
}
