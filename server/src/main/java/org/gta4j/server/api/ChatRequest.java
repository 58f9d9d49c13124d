package org.gta4j.server.api;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;
import org.gta4j.answer.ChatPrompt;
import org.gta4j.answer.HeldAnswer;
import org.gta4j.chat.tools.ToolPrompt;
import org.gta4j.chat.tools.ToolPrompts;
import org.gta4j.checkpoint.CheckpointException;
import org.gta4j.generate.Request;
import org.gta4j.generate.Scoring;
import org.gta4j.generate.Speculation;
import org.gta4j.generate.TokenConstraint;
import org.gta4j.tokenizer.Tokenizer;
import tools.jackson.databind.node.MissingNode;

/**
 * What {@code /v1/chat/completions} is asked.
 *
 * @param chat the conversation, up to where the answer begins
 * @param maxTokens how many tokens an answer has at most
 * @param keptTokens how many it has room for before it begins, where log-probabilities are kept
 * @param alternatives how many alternatives of each token are told; empty: no log-probabilities
 * @param oneCall whether at most one function may be called
 * @param constraint what the answer may be
 * @param settings what it has in common with plain completions
 */
record ChatRequest(
    ChatPrompt chat,
    int maxTokens,
    int keptTokens,
    OptionalInt alternatives,
    boolean oneCall,
    Optional<Supplier<TokenConstraint>> constraint,
    Settings settings) {
  private static final int MOST_ALTERNATIVES = 20;
  private static final int UNLIMITED = Integer.MAX_VALUE;

  static ChatRequest of(Fields fields, ServedModel model) {
    model.promptSize().require("messages", fields.required("messages"));
    ChatPrompt chat = write(prompt(fields, model.requireConversations()), model.tokenizer());
    boolean oneCall = !fields.truth("parallel_tool_calls", true);
    int wanted = maxTokens(fields);
    int maxTokens = Math.min(wanted, model.engine().room(chat.ids().length));
    return new ChatRequest(
        chat,
        maxTokens,
        wanted == UNLIMITED ? Math.min(maxTokens, LogProbRoom.ASSUMED_TOKENS) : maxTokens,
        alternatives(fields),
        oneCall,
        constraint(fields, model, chat, oneCall),
        Settings.of(fields, model.vocabulary()));
  }

  private static ToolPrompt prompt(Fields fields, ToolPrompts prompts) {
    try {
      return prompts.prompt(
          fields.required("messages"),
          fields.value("tools").orElse(MissingNode.getInstance()),
          fields.value("tool_choice").orElse(MissingNode.getInstance()),
          variables(fields));
    } catch (ApiException e) {
      throw e;
    } catch (IllegalArgumentException e) {
      String message = ApiException.words(e);
      throw ApiException.invalid(place(message), message);
    } catch (CheckpointException e) {
      throw ApiException.invalid("messages", ApiException.words(e));
    }
  }

  /** The field that a message of a refusal begins with. */
  private static String place(String message) {
    int end = message.indexOf(':');
    return end > 0 && message.substring(0, end).matches("[a-z_.\\[\\]0-9]+")
        ? message.substring(0, end)
        : "messages";
  }

  private static Map<String, Object> variables(Fields fields) {
    Map<String, Object> variables = new HashMap<>();
    fields
        .fields("chat_template_kwargs")
        .ifPresent(given ->
            given
                .object()
                .properties()
                .forEach(entry -> variables.put(entry.getKey(), PlainValues.of(entry.getValue()))));
    fields
        .text("reasoning_effort")
        .ifPresent(effort -> variables.putIfAbsent("reasoning_effort", effort));
    return variables;
  }

  private static ChatPrompt write(ToolPrompt prompt, Tokenizer tokenizer) {
    try {
      return ChatPrompt.of(prompt, tokenizer);
    } catch (CheckpointException e) {
      throw ApiException.invalid("messages", "messages: " + ApiException.words(e));
    }
  }

  private static int maxTokens(Fields fields) {
    long tokens =
        fields
            .integer("max_completion_tokens", -1, Integer.MAX_VALUE)
            .orElse(fields.integer("max_tokens", -1, Integer.MAX_VALUE).orElse(-1));
    if (tokens == 0) {
      throw ApiException.expected("max_tokens", "1 or more", 0);
    }
    return tokens < 0 ? UNLIMITED : (int) tokens;
  }

  private static OptionalInt alternatives(Fields fields) {
    boolean wanted = fields.truth("logprobs", false);
    int count = (int) fields.integer("top_logprobs", 0, MOST_ALTERNATIVES).orElse(0);
    if (count > 0 && !wanted) {
      throw ApiException.invalid("top_logprobs", "top_logprobs: expected logprobs to be true too");
    }
    return wanted ? OptionalInt.of(count) : OptionalInt.empty();
  }

  private static Optional<Supplier<TokenConstraint>> constraint(
      Fields fields, ServedModel model, ChatPrompt chat, boolean oneCall) {
    Optional<ResponseFormat> format = ResponseFormat.of(fields);
    if (!HeldAnswer.mustCall(chat.prompt().choice())) {
      return format.map(form -> form.constraint(chat, model.grammars(), oneCall));
    }
    if (format.isPresent()) {
      throw ApiException.invalid(
          "response_format", "response_format: expected none where a function has to be called");
    }
    try {
      return HeldAnswer.toCalls(chat, model.grammars(), oneCall);
    } catch (IllegalArgumentException e) {
      throw ApiException.invalid("tools", "invalid_json_schema", "tools: " + e.getMessage());
    }
  }

  /** How many log-probabilities need room before this begins; a stream keeps none. */
  long keptLogProbs() {
    return alternatives.isEmpty() || settings.stream()
        ? 0
        : (1L + alternatives.getAsInt()) * keptTokens * settings.choices();
  }

  /** Answer number {@code choice}, as the engine is asked for it. */
  Request toEngine(int choice) {
    return new Request(
        chat.ids(),
        maxTokens,
        settings.sampling(choice),
        settings.stop(),
        settings.ignoreEnd(),
        Speculation.AUTO,
        settings.adjustments(),
        alternatives.isPresent()
            ? Optional.of(new Scoring(alternatives.getAsInt(), false))
            : Optional.empty(),
        constraint,
        chat.shown());
  }
}
