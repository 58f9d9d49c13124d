package org.gta4j.server.api;

import java.time.Duration;
import java.util.Optional;
import org.gta4j.answer.Grammars;
import org.gta4j.chat.tools.ToolPrompts;
import org.gta4j.generate.Engine;
import org.gta4j.generate.LanguageModel;
import org.gta4j.tokenizer.Tokenizer;

/**
 * The model behind the API.
 *
 * @param name what it is called in answers
 * @param engine computes its texts
 * @param conversations writes conversations for it, where it has a chat template
 * @param grammars what answers can be held to
 * @param promptSize how much text a prompt may have
 * @param created when the server began to serve it, in seconds since 1970
 * @param mostTime how long an answer may take
 * @param logProbs room for what answers tell of their tokens
 */
public record ServedModel(
    String name,
    Engine engine,
    Optional<ToolPrompts> conversations,
    Grammars grammars,
    PromptSize promptSize,
    long created,
    Duration mostTime,
    LogProbRoom logProbs) {
  /** The model itself. */
  public LanguageModel model() {
    return engine.model();
  }

  /**
   * What turns texts into ids.
   *
   * @throws ApiException if it came without
   */
  Tokenizer tokenizer() {
    return model()
        .tokenizer()
        .orElseThrow(() ->
            ApiException.of(
                400,
                "invalid_request_error",
                "no_tokenizer",
                "this model has no tokenizer: prompts can only be token ids"));
  }

  /**
   * What writes conversations.
   *
   * @throws ApiException if it came without a chat template
   */
  ToolPrompts requireConversations() {
    return conversations.orElseThrow(() ->
        ApiException.of(
            400,
            "invalid_request_error",
            "no_chat_template",
            "this model has no chat template, so it holds no conversations: /v1/completions continues"
                + " texts"));
  }

  /** How many tokens there are. */
  int vocabulary() {
    return model().config().vocabSize();
  }
}
