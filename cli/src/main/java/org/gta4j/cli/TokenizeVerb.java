package org.gta4j.cli;

import java.util.List;
import java.util.Optional;
import org.gta4j.chat.ChatTemplate;
import org.gta4j.chat.ChatTemplates;
import org.gta4j.chat.ChatText;
import org.gta4j.chat.Conversation;
import org.gta4j.checkpoint.Checkpoint;
import org.gta4j.checkpoint.Json;
import org.gta4j.tokenizer.Tokenizer;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code gta tokenize}. */
final class TokenizeVerb extends Verb {
  private final Setting<String> text = Setting.parameter("TEXT", "The text.");
  private final Setting<String> lines =
      Setting.text(
          "--jsonl",
          "FILE",
          "A file of lines {\"text\"} or {\"messages\", \"add_generation_prompt\"}; - is standard input.");
  private final EscapeOption escape;
  private final ModelOptions options;

  TokenizeVerb() {
    super(
        "tokenize",
        "[OPTION]... (TEXT | --jsonl FILE)",
        List.of(
            "Shows the token ids of a text, as the model would read it as a prompt.",
            "With --jsonl a line {\"ids\"} for each line {\"text\"}, and {\"text\", \"ids\"} by the model's chat template for {\"messages\"}."),
        List.of(
            "gta tokenize \"Once upon a time\"",
            "gta tokenize --model FOLDER --jsonl texts.jsonl > ids.jsonl"));
    add(text, lines);
    escape = new EscapeOption(this);
    options = new ModelOptions(this);
  }

  @Override
  public void run(Terminal terminal) {
    if (text.isGiven() == lines.isGiven()) {
      throw new UsageException(
          "expected one of TEXT and --jsonl FILE, found %s"
              .formatted(text.isGiven() ? "both" : "neither"));
    }
    options.loadOptions(); // checked like everywhere, though nothing is computed
    try (Checkpoint checkpoint = options.open()) {
      Tokenizer tokenizer = options.tokenizer(checkpoint);
      if (lines.isGiven()) {
        lines(terminal, tokenizer, checkpoint);
      } else {
        int[] ids = encode(tokenizer, text.or(""));
        terminal.line(
            options.isJson() ? withIds(Json.object(), ids).toString() : TokenIds.format(ids));
      }
    }
  }

  private int[] encode(Tokenizer tokenizer, String given) {
    return tokenizer.encode(given, Tokenizer.Framing.PROMPT, escape.control());
  }

  private void lines(Terminal terminal, Tokenizer tokenizer, Checkpoint checkpoint) {
    Optional<ChatTemplates> templates = options.chatTemplates(checkpoint, tokenizer);
    String[] all = TextFiles.read(lines).split("\n", -1);
    JsonMapper mapper = JsonMapper.shared();
    for (int i = 0; i < all.length; i++) {
      if (!all[i].isBlank()) {
        String where = "%s: line %d".formatted(TextFiles.label(lines), i + 1);
        terminal.line(line(tokenizer, templates, read(mapper, where, all[i]), where));
      }
    }
  }

  private String line(
      Tokenizer tokenizer, Optional<ChatTemplates> templates, JsonNode node, String where) {
    if (node.has("messages")) {
      Conversation conversation = ConversationLine.read(node, where);
      ChatTemplate template =
          templates
              .orElseThrow(() ->
                  new RefusedException(
                      where
                          + ": messages need a chat template, and this model has none: give {\"text\"}"))
              .forConversation(conversation);
      ChatText chat =
          escape.isOn()
              ? template.renderEscaped(conversation, tokenizer)
              : template.render(conversation);
      ObjectNode json = Json.object();
      json.put("text", chat.text());
      return withIds(json, chat.encode(tokenizer)).toString();
    }
    if (!node.path("text").isString()) {
      throw new RefusedException(where + ": expected an object {\"text\"} with a text");
    }
    return withIds(Json.object(), encode(tokenizer, node.path("text").stringValue())).toString();
  }

  private static JsonNode read(JsonMapper mapper, String where, String line) {
    try {
      return mapper.readTree(line);
    } catch (JacksonException e) {
      throw new RefusedException(where + ": expected an object {\"text\"}, found no JSON", e);
    }
  }

  private static ObjectNode withIds(ObjectNode json, int... ids) {
    ArrayNode array = json.putArray("ids");
    for (int id : ids) {
      array.add(id);
    }
    return json;
  }
}
