package org.gta4j.langchain4j;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.gta4j.generate.Engine;
import org.gta4j.generate.EngineSettings;
import org.gta4j.generate.LanguageModel;
import org.gta4j.testing.ByteChatModel;

/**
 * A tiny model with random weights and a vocabulary of bytes, whose chat template knows functions:
 * what it says makes no sense, but forms that it is held to do.
 */
final class TinyModel {
  /** Writes messages and functions. */
  static final String TEMPLATE = ByteChatModel.TEMPLATE;

  /** Writes what the model is to think before it answers, too. */
  static final String THINKING =
      TEMPLATE.replace(
          "assistant\n{% endif %}",
          "assistant\n<think>\n{% endif %}{% if false %}</think>{% endif %}");

  private static final List<String> CONTROL =
      List.of("<|endoftext|>", "<|im_start|>", "<|im_end|>", "</think>");

  private TinyModel() {}

  static LanguageModel load(Path folder, String template) {
    return new ByteChatModel(CONTROL, List.of())
        .load(folder, 2048, Optional.of(template).filter(text -> !text.isEmpty()));
  }

  static Engine engine(LanguageModel model, int running, int waiting) {
    long bytes = 256 * model.cacheLayout().blockBytes();
    return new Engine(model, new EngineSettings(bytes, running, waiting, true));
  }
}
