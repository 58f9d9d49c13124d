package org.gta4j.chat.tools;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import org.gta4j.chat.ChatMessage;
import org.gta4j.chat.ChatTemplate;
import org.gta4j.chat.Conversation;
import org.gta4j.checkpoint.CheckpointException;

/**
 * What a template makes of functions and calls, found out by letting it write some: templates take
 * the same fields in different ways, and none says in which.
 *
 * @param knowsTools whether it tells the model of functions
 * @param writesCalls whether it writes calls that were made before
 * @param arguments how it wants their arguments
 * @param content what it wants as the content of a message that has only calls
 * @param takesSystem whether it takes a system message
 */
record TemplateHabits(
    boolean knowsTools,
    boolean writesCalls,
    Arguments arguments,
    Object content,
    boolean takesSystem) {

  /** How arguments of calls are given to a template. */
  enum Arguments {
    /** As a map, as Hugging Face's libraries and vLLM give them. */
    MAP,
    /** As a JSON text, for templates that join it to other text. */
    TEXT
  }

  private static final String NAME = "gta4j_probe";
  private static final String KEY = "gta4j_key";
  private static final String ID = "gta4jcall";

  /** Tries a template. */
  static TemplateHabits of(ChatTemplate template) {
    ChatMessage user = ChatMessage.of("user", "a");
    boolean knowsTools =
        write(template, List.of(user)).filter(text -> text.contains(NAME)).isPresent();
    boolean takesSystem =
        write(template, List.of(ChatMessage.of("system", KEY), user))
            .filter(text -> text.contains(KEY))
            .isPresent();
    Object none = Optional.empty();
    TemplateHabits writesNone =
        new TemplateHabits(knowsTools, false, Arguments.MAP, "", takesSystem);
    for (Object content : List.of(none, "")) {
      for (Arguments arguments : Arguments.values()) {
        Optional<String> text = write(template, List.of(user, call(arguments, content), result()));
        if (text.filter(TemplateHabits::isJson).isPresent()) {
          return new TemplateHabits(knowsTools, true, arguments, content, takesSystem);
        }
      }
    }
    return writesNone;
  }

  /** A template that joins a map to text would write it as Python shows maps. */
  private static boolean isJson(String text) {
    return text.contains(KEY) && !text.contains("'" + KEY + "'");
  }

  private static ChatMessage call(Arguments arguments, Object content) {
    SequencedMap<String, Object> function = new LinkedHashMap<>();
    function.put("name", NAME);
    function.put(
        "arguments",
        arguments == Arguments.MAP ? Map.of(KEY, "b") : "{\"%s\": \"b\"}".formatted(KEY));
    SequencedMap<String, Object> call = new LinkedHashMap<>();
    call.put("id", ID);
    call.put("type", "function");
    call.put("function", function);
    return ChatMessage.of("assistant", "")
        .with("content", content)
        .with("tool_calls", List.of(call));
  }

  private static ChatMessage result() {
    return ChatMessage.of("tool", "c").with("tool_call_id", ID).with("name", NAME);
  }

  private static Optional<String> write(ChatTemplate template, List<ChatMessage> messages) {
    SequencedMap<String, Object> parameters = new LinkedHashMap<>();
    parameters.put("type", "object");
    SequencedMap<String, Object> property = new LinkedHashMap<>();
    property.put("type", "string");
    property.put("description", "d");
    parameters.put("properties", Map.of("e", property));
    parameters.put("required", List.of("e"));
    SequencedMap<String, Object> function = new LinkedHashMap<>();
    function.put("name", NAME);
    function.put("description", "f");
    function.put("parameters", parameters);
    SequencedMap<String, Object> tool = new LinkedHashMap<>();
    tool.put("type", "function");
    tool.put("function", function);
    try {
      Conversation conversation =
          new Conversation(new ArrayList<>(messages), true, List.of(tool), Map.of());
      return Optional.of(template.render(conversation).text());
    } catch (CheckpointException | IllegalArgumentException e) {
      return Optional.empty(); // it refuses them, which is an answer too
    }
  }
}
