package org.gta4j.testing;

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
 * A tiny model with random weights and a vocabulary of bytes, whose chat template knows functions:
 * what it says makes no sense, but forms that it is held to do.
 *
 * @param control names of its control tokens, whose ids are the first; the first one ends texts
 * @param merges tokens that two others become
 */
public record ByteChatModel(List<String> control, List<String> merges) {
  /** Writes messages and functions. */
  public static final String TEMPLATE =
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

  private static final int BYTE_TOKENS = 256;

  /** How many tokens there are. */
  public int size() {
    return control.size() + BYTE_TOKENS + merges.size();
  }

  /**
   * Loads it from a folder, where it is written first if nothing is there.
   *
   * @param template its chat template; empty: none
   */
  public LanguageModel load(Path folder, int context, Optional<String> template) {
    if (!Files.exists(folder.resolve("config.json"))) {
      RandomCheckpoint.gta(11, size(), 16384).set("eos_token_id", 0).write(folder);
      try {
        Files.write(
            folder.resolve("tokenizer.json"), JsonMapper.shared().writeValueAsBytes(tokenizer()));
        if (template.isPresent()) {
          Files.writeString(folder.resolve("chat_template.jinja"), template.get());
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return LanguageModel.load(
        folder, new LoadOptions("scalar", 1, CacheType.F32, Optional.of(context)));
  }

  private ObjectNode tokenizer() {
    ObjectNode whole = JsonMapper.shared().createObjectNode();
    ArrayNode added = whole.putArray("added_tokens");
    for (int id = 0; id < control.size(); id++) {
      added.addObject().put("id", id).put("content", control.get(id)).put("special", true);
    }
    whole.putObject("pre_tokenizer").put("type", "ByteLevel").put("add_prefix_space", false);
    whole.putObject("decoder").put("type", "ByteLevel");
    ObjectNode model = whole.putObject("model").put("type", "BPE");
    ObjectNode vocabulary = model.putObject("vocab");
    int others = 0;
    for (int b = 0; b < BYTE_TOKENS; b++) {
      boolean isItself = (b > 32 && b < 127) || (b > 160 && b != 173);
      vocabulary.put(Character.toString(isItself ? b : BYTE_TOKENS + others++), control.size() + b);
    }
    ArrayNode joined = model.putArray("merges");
    for (int i = 0; i < merges.size(); i++) {
      joined.add(merges.get(i));
      vocabulary.put(merges.get(i).replace(" ", ""), control.size() + BYTE_TOKENS + i);
    }
    return whole;
  }
}
