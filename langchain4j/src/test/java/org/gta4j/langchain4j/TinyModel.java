package org.gta4j.langchain4j;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.gta4j.cache.CacheType;
import org.gta4j.generate.Engine;
import org.gta4j.generate.EngineSettings;
import org.gta4j.generate.LanguageModel;
import org.gta4j.generate.LoadOptions;
import org.gta4j.model.RandomCheckpoint;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A tiny model with random weights and a vocabulary of bytes, whose chat template knows functions:
 * what it says makes no sense, but forms that it is held to do.
 */
final class TinyModel {
  /** Writes messages and functions. */
  static final String TEMPLATE =
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

  /** Writes what the model is to think before it answers, too. */
  static final String THINKING =
      TEMPLATE.replace(
          "assistant\n{% endif %}",
          "assistant\n<think>\n{% endif %}{% if false %}</think>{% endif %}");

  private static final List<String> CONTROL =
      List.of("<|endoftext|>", "<|im_start|>", "<|im_end|>", "</think>");

  private TinyModel() {}

  static LanguageModel load(Path folder, String template) {
    if (!Files.exists(folder.resolve("config.json"))) {
      RandomCheckpoint.gta(11, CONTROL.size() + 256, 16384).set("eos_token_id", 0).write(folder);
      write(folder.resolve("tokenizer.json"), tokenizer().toString());
      if (!template.isEmpty()) {
        write(folder.resolve("chat_template.jinja"), template);
      }
    }
    return LanguageModel.load(
        folder, new LoadOptions("scalar", 1, CacheType.F32, Optional.of(2048)));
  }

  static Engine engine(LanguageModel model, int running, int waiting) {
    long bytes = 256 * model.cacheLayout().blockBytes();
    return new Engine(model, new EngineSettings(bytes, running, waiting, true));
  }

  private static void write(Path file, String text) {
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ObjectNode tokenizer() {
    ObjectNode whole = JsonMapper.shared().createObjectNode();
    for (int id = 0; id < CONTROL.size(); id++) {
      whole
          .withArray("added_tokens")
          .addObject()
          .put("id", id)
          .put("content", CONTROL.get(id))
          .put("special", true);
    }
    whole.putObject("pre_tokenizer").put("type", "ByteLevel").put("add_prefix_space", false);
    whole.putObject("decoder").put("type", "ByteLevel");
    ObjectNode model = whole.putObject("model").put("type", "BPE");
    model.putArray("merges");
    ObjectNode vocabulary = model.putObject("vocab");
    int others = 0;
    for (int b = 0; b < 256; b++) {
      boolean isItself = (b > 32 && b < 127) || (b > 160 && b != 173);
      vocabulary.put(Character.toString(isItself ? b : 256 + others++), CONTROL.size() + b);
    }
    return whole;
  }
}
