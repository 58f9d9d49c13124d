package org.gta4j.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.gta4j.cache.CacheType;
import org.gta4j.generate.LanguageModel;
import org.gta4j.generate.LoadOptions;
import org.gta4j.model.RandomCheckpoint;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Tiny models with random weights, a vocabulary of bytes and a few words, and a chat template that
 * knows functions.
 */
final class TestModels {
  /** The token that ends texts, that which begins a message, and that which ends it. */
  static final int END = 0;

  static final int MESSAGE = 1;
  static final int MESSAGE_END = 2;

  /** The tokens of bytes begin here. */
  static final int BYTES = 3;

  private static final List<String> CONTROL =
      List.of("<|endoftext|>", "<|im_start|>", "<|im_end|>");
  private static final List<String> MERGES = List.of("t h", "th e", "i n", "e r", "in g", "o n");

  /** How many tokens there are. */
  static final int SIZE = BYTES + 256 + MERGES.size();

  private static final String TEMPLATE =
      """
      {%- if tools %}<|im_start|>system
      {% for tool in tools %}{{ tool | tojson }}
      {% endfor %}Call one as <tool_call>{"name": NAME, "arguments": {}}</tool_call><|im_end|>
      {% endif %}{% for m in messages %}<|im_start|>{{ m.role }}
      {{ m.content }}{% if m.tool_calls %}{% for call in m.tool_calls %}<tool_call>
      {"name": "{{ call.function.name }}", "arguments": {{ call.function.arguments | tojson }}}
      </tool_call>{% endfor %}{% endif %}<|im_end|>
      {% endfor %}{% if add_generation_prompt %}<|im_start|>assistant
      {% endif %}\
      """;

  private TestModels() {}

  /** A model that holds conversations. */
  static LanguageModel chat(Path folder, int context) {
    return write(folder, context, true);
  }

  /** One that only continues texts. */
  static LanguageModel plain(Path folder, int context) {
    return write(folder, context, false);
  }

  private static LanguageModel write(Path folder, int context, boolean hasTemplate) {
    if (!Files.exists(folder.resolve("config.json"))) {
      RandomCheckpoint.gta(11, SIZE, 16384).set("eos_token_id", END).write(folder);
      try {
        Files.write(
            folder.resolve("tokenizer.json"), JsonMapper.shared().writeValueAsBytes(tokenizer()));
        if (hasTemplate) {
          Files.writeString(folder.resolve("chat_template.jinja"), TEMPLATE);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return LanguageModel.load(
        folder, new LoadOptions("scalar", 1, CacheType.F32, Optional.of(context)));
  }

  private static ObjectNode tokenizer() {
    ObjectNode whole = JsonMapper.shared().createObjectNode();
    ArrayNode added = whole.putArray("added_tokens");
    for (int id = 0; id < CONTROL.size(); id++) {
      added.addObject().put("id", id).put("content", CONTROL.get(id)).put("special", true);
    }
    whole.putObject("pre_tokenizer").put("type", "ByteLevel").put("add_prefix_space", false);
    whole.putObject("decoder").put("type", "ByteLevel");
    ObjectNode model = whole.putObject("model").put("type", "BPE");
    ObjectNode vocabulary = model.putObject("vocab");
    int others = 0;
    for (int b = 0; b < 256; b++) {
      boolean isItself = (b > 32 && b < 127) || (b > 160 && b != 173);
      vocabulary.put(Character.toString(isItself ? b : 256 + others++), BYTES + b);
    }
    ArrayNode merges = model.putArray("merges");
    for (int i = 0; i < MERGES.size(); i++) {
      merges.add(MERGES.get(i));
      vocabulary.put(MERGES.get(i).replace(" ", ""), BYTES + 256 + i);
    }
    return whole;
  }

  /** The token of a character of ASCII. */
  static int id(char character) {
    return BYTES + character;
  }
}
