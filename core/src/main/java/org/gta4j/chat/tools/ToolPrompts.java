package org.gta4j.chat.tools;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.gta4j.chat.ChatMessage;
import org.gta4j.chat.ChatTemplate;
import org.gta4j.chat.ChatTemplates;
import org.gta4j.chat.Conversation;
import tools.jackson.databind.JsonNode;

/**
 * Makes conversations of chat requests with functions, in the form that a model's template wants.
 * Arguments of earlier calls are JSON texts in requests; templates want maps, most of them. Made
 * once for a model; safe for use by several threads.
 */
public final class ToolPrompts {
  /** A template, and what it does. */
  private record Known(ChatTemplate template, TemplateHabits habits, Optional<ToolFormat> format) {
    static Known of(ChatTemplate template) {
      TemplateHabits habits = TemplateHabits.of(template);
      Optional<ToolFormat> format = ToolFormat.of(template.source());
      return new Known(template, habits, format.filter(f -> habits.knowsTools()));
    }
  }

  private final Known plain;
  private final Known withTools;
  private final boolean isGenericAllowed;

  private ToolPrompts(Known plain, Known withTools, boolean isGenericAllowed) {
    this.plain = plain;
    this.withTools = withTools;
    this.isGenericAllowed = isGenericAllowed;
  }

  /**
   * For a model's templates.
   *
   * @param isGenericAllowed whether {@link ToolFormat#GENERIC} may be used where the template knows
   *     no functions or its format of calls is not known here
   * @throws org.gta4j.checkpoint.CheckpointException if one of them is no template
   */
  public static ToolPrompts of(ChatTemplates templates, boolean isGenericAllowed) {
    ChatTemplate plain = templates.forConversation(conversation(List.of()));
    ChatTemplate withTools =
        templates.forConversation(conversation(List.of(Map.of("type", "function"))));
    Known known = Known.of(plain);
    return new ToolPrompts(
        known,
        withTools.source().equals(plain.source()) ? known : Known.of(withTools),
        isGenericAllowed);
  }

  private static Conversation conversation(List<Map<String, ?>> tools) {
    return new Conversation(List.of(), true, tools, Map.of());
  }

  /** How the model's calls are written; empty where functions cannot be offered to it. */
  public Optional<ToolFormat> format() {
    return withTools
        .format()
        .or(() -> isGenericAllowed ? Optional.of(ToolFormat.GENERIC) : Optional.empty());
  }

  /**
   * The conversation of a request, which the assistant is to answer.
   *
   * @param messages OpenAI's {@code messages}
   * @param tools OpenAI's {@code tools}; may be missing
   * @param toolChoice OpenAI's {@code tool_choice}; may be missing
   * @param variables more that the template may know
   * @throws IllegalArgumentException if one of them is something else, with the place in it, or if
   *     functions cannot be offered to this model
   */
  public ToolPrompt prompt(
      JsonNode messages, JsonNode tools, JsonNode toolChoice, Map<String, ?> variables) {
    List<ToolFunction> functions = ToolFunction.read(tools);
    ToolChoice choice = ToolChoice.read(toolChoice, functions);
    if (choice instanceof ToolChoice.None) {
      functions = List.of();
    }
    List<RequestMessage> read = RequestMessage.read(messages, this::knowsRole);
    boolean hasCalls = read.stream().anyMatch(RequestMessage::isOfTools);
    Known known = functions.isEmpty() && !hasCalls ? plain : withTools;
    Optional<ToolFormat> format =
        functions.isEmpty() ? Optional.empty() : Optional.of(requireFormat());
    boolean isGeneric =
        format
            .map(f -> f == ToolFormat.GENERIC)
            .orElse(known.format().isEmpty() && isGenericAllowed);
    List<ChatMessage> given =
        isGeneric
            ? GenericMessages.of(read, functions, known.habits().takesSystem())
            : messages(read, known);
    List<Map<String, Object>> definitions = new ArrayList<>();
    if (!isGeneric) {
      functions.forEach(function -> definitions.add(function.definition()));
    }
    return new ToolPrompt(
        known.template(),
        new Conversation(given, true, definitions, variables),
        format,
        functions,
        choice);
  }

  /** Whether one of the templates asks for a role of its own. */
  private boolean knowsRole(String role) {
    Pattern question =
        Pattern.compile("role['\"\\]]*\\s*==\\s*['\"]%s['\"]".formatted(Pattern.quote(role)));
    return question.matcher(plain.template().source()).find()
        || question.matcher(withTools.template().source()).find();
  }

  private ToolFormat requireFormat() {
    return format()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "tools: expected a model whose chat template knows how to call them, found one that %s"
                    .formatted(
                        withTools.habits().knowsTools()
                            ? "writes calls in a format that is not known here"
                            : "knows of no tools")));
  }

  private static List<ChatMessage> messages(List<RequestMessage> read, Known known) {
    boolean knowsDevelopers = known.template().source().contains("developer");
    boolean isMistral =
        known
            .format()
            .map(f -> f == ToolFormat.MISTRAL || f == ToolFormat.MISTRAL_NAMED)
            .orElse(false);
    List<ChatMessage> messages = new ArrayList<>();
    for (RequestMessage message : read) {
      ChatMessage written =
          message.hasCalls() && !known.habits().writesCalls() && known.format().isPresent()
              ? message.withCallsAsText(known.format().get())
              : message.forTemplate(known.habits());
      if (message.role().equals("developer") && !knowsDevelopers) {
        written = written.with("role", "system");
      }
      messages.add(isMistral ? ShortIds.of(written) : written);
    }
    return messages;
  }
}
