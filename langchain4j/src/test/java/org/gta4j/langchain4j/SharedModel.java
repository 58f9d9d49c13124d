package org.gta4j.langchain4j;

import dev.langchain4j.model.chat.request.ChatRequestParameters;
import java.nio.file.Files;
import java.nio.file.Path;
import org.gta4j.generate.Engine;
import org.gta4j.generate.EngineSettings;
import org.gta4j.generate.LanguageModel;

/**
 * A model that can answer questions, for langchain4j's own tests of models. It is no part of the
 * project: {@code -Dgta.models=FOLDER} says where it is, and the tests are skipped where it is not.
 */
final class SharedModel implements AutoCloseable {
  private static final Path FILE =
      Path.of(
              System.getProperty(
                  "gta.models", System.getProperty("gta.root", "..") + "/../shared/models"))
          .resolve("SmolLM2-135M-Instruct.Q4_1.gguf");

  private final LanguageModel model = LanguageModel.load(FILE);
  private final Engine engine = new Engine(model, new EngineSettings(1L << 30, 4, 16, true));

  static boolean isThere() {
    return Files.exists(FILE);
  }

  /** Options with these defaults, greedy and short where they say nothing else. */
  static GtaChatOptions options(ChatRequestParameters defaults) {
    return GtaChatOptions.of("SmolLM2")
        .withDefaults(
            ChatRequestParameters.builder()
                .temperature(0.0)
                .maxOutputTokens(100)
                .build()
                .overrideWith(defaults));
  }

  Engine engine() {
    return engine;
  }

  @Override
  public void close() {
    engine.close();
    model.close();
  }
}
