package org.gta4j.cli;

import java.util.List;
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
      Setting.text("--jsonl", "FILE", "A file of lines {\"text\": \"...\"}; - is standard input.");
  private final ModelOptions options;

  TokenizeVerb() {
    super(
        "tokenize",
        "[OPTION]... (TEXT | --jsonl FILE)",
        List.of(
            "Shows the token ids of a text, as the model would read it as a prompt.",
            "With --jsonl of many texts: a line {\"ids\": [...]} for each line {\"text\": \"...\"}."),
        List.of(
            "gta tokenize \"Once upon a time\"",
            "gta tokenize --model FOLDER --jsonl texts.jsonl > ids.jsonl"));
    add(text, lines);
    options = new ModelOptions(this);
  }

  @Override
  void run(Terminal terminal) {
    if (text.isGiven() == lines.isGiven()) {
      throw new UsageException(
          "expected one of TEXT and --jsonl FILE, found %s"
              .formatted(text.isGiven() ? "both" : "neither"));
    }
    options.loadOptions(); // checked like everywhere, though nothing is computed
    try (Checkpoint checkpoint = options.open()) {
      Tokenizer tokenizer = options.tokenizer(checkpoint);
      if (lines.isGiven()) {
        lines(terminal, tokenizer);
      } else {
        int[] ids = tokenizer.encode(text.or(""));
        terminal.line(options.isJson() ? json(ids) : TokenIds.format(ids));
      }
    }
  }

  private void lines(Terminal terminal, Tokenizer tokenizer) {
    String[] all = TextFiles.read(lines).split("\n", -1);
    JsonMapper mapper = JsonMapper.shared();
    for (int i = 0; i < all.length; i++) {
      if (!all[i].isBlank()) {
        String where = "%s: line %d".formatted(TextFiles.label(lines), i + 1);
        terminal.line(json(tokenizer.encode(text(mapper, where, all[i]))));
      }
    }
  }

  private static String text(JsonMapper mapper, String where, String line) {
    JsonNode node;
    try {
      node = mapper.readTree(line);
    } catch (JacksonException e) {
      throw new RefusedException(where + ": expected an object {\"text\"}, found no JSON", e);
    }
    if (node.has("messages")) {
      throw new RefusedException(
          where
              + ": messages need a chat template, which this version does not know: give {\"text\"}");
    }
    if (!node.path("text").isString()) {
      throw new RefusedException(where + ": expected an object {\"text\"} with a text");
    }
    return node.path("text").stringValue();
  }

  private static String json(int... ids) {
    ObjectNode json = Json.object();
    ArrayNode array = json.putArray("ids");
    for (int id : ids) {
      array.add(id);
    }
    return json.toString();
  }
}
