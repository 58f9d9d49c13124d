package org.gta4j.chat;

import java.time.Clock;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.gta4j.checkpoint.CheckpointException;
import org.gta4j.template.Template;
import org.gta4j.template.TemplateException;
import org.gta4j.tokenizer.ControlTokens;
import org.gta4j.tokenizer.Tokenizer;

/**
 * Turns a conversation into the text that a model was trained to continue, by the Jinja template
 * that came with it. Immutable.
 */
public final class ChatTemplate {
  private final String file;
  private final String source;
  private final Template template;
  private final Map<String, String> tokens;
  private final Clock clock;

  private ChatTemplate(
      String file, String source, Template template, Map<String, String> tokens, Clock clock) {
    this.file = file;
    this.source = source;
    this.template = template;
    this.tokens = tokens;
    this.clock = clock;
  }

  /**
   * Reads a template.
   *
   * @param file names it in errors
   * @param tokens the names of special tokens by the variables that templates know them by, such as
   *     {@code bos_token}
   * @throws CheckpointException if it is no template, with the line, what was expected and found
   */
  public static ChatTemplate of(String file, String source, Map<String, String> tokens) {
    try {
      return new ChatTemplate(
          file,
          source,
          Template.parse(source),
          Map.copyOf(tokens),
          Clock.system(ZoneId.systemDefault()));
    } catch (TemplateException e) {
      throw CheckpointException.of(
          file, "chat_template", "a Jinja template", "a mistake: " + e.getMessage());
    }
  }

  /** The same that believes a clock where it writes the date. */
  public ChatTemplate withClock(Clock other) {
    return new ChatTemplate(file, source, template, tokens, other);
  }

  /** What it came from, for errors. */
  String file() {
    return file;
  }

  /** Its source. */
  public String source() {
    return source;
  }

  /**
   * The text of a conversation. Names of control tokens within messages are control tokens there.
   *
   * @throws CheckpointException if the template refuses the messages or makes a mistake
   */
  public ChatText render(Conversation conversation) {
    return new ChatText(render(variables(conversation)), ControlTokens.PARSED);
  }

  /**
   * The text of a conversation in which no message can write a control token: what looks like one
   * is ordinary text, unless the template itself wrote it.
   *
   * @param tokenizer knows the control tokens
   * @throws CheckpointException if the template refuses the messages or makes a mistake
   */
  public ChatText renderEscaped(Conversation conversation, Tokenizer tokenizer) {
    SequencedMap<String, Object> variables = variables(conversation);
    Marks marks = Marks.of(tokenizer.controlTokens(), source, variables);
    SequencedMap<String, Object> marked = new LinkedHashMap<>(variables);
    marked.replaceAll((name, value) -> tokens.containsKey(name) ? value : marks.mark(value));
    return marks.unmark(render(marked));
  }

  private SequencedMap<String, Object> variables(Conversation conversation) {
    SequencedMap<String, Object> variables = new LinkedHashMap<>(tokens);
    variables.putAll(conversation.variables());
    List<?> messages = conversation.messages().stream().map(ChatMessage::fields).toList();
    variables.put("messages", messages);
    variables.put("add_generation_prompt", conversation.addGenerationPrompt());
    if (!conversation.tools().isEmpty()) {
      variables.put("tools", conversation.tools());
    }
    return variables;
  }

  private String render(Map<String, ?> variables) {
    try {
      return template.render(variables, clock);
    } catch (TemplateException e) {
      throw CheckpointException.of(
          file,
          "chat_template",
          "messages that it can write",
          (e.isRaised() ? "some that it refuses: " : "a mistake: ") + e.getMessage());
    }
  }
}
