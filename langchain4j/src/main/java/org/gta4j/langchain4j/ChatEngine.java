package org.gta4j.langchain4j;

import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.internal.JsonSchemaElementJsonUtils;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.request.DefaultChatRequestParameters;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.langchain4j.model.chat.request.ToolChoice;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.request.json.JsonSchema;
import dev.langchain4j.model.chat.request.json.JsonSchemaElement;
import dev.langchain4j.model.chat.response.ChatResponse;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import org.gta4j.answer.AnswerForm;
import org.gta4j.answer.AnswerReader;
import org.gta4j.answer.ChatPrompt;
import org.gta4j.answer.Grammars;
import org.gta4j.answer.HeldAnswer;
import org.gta4j.chat.tools.ToolPrompts;
import org.gta4j.generate.Adjustments;
import org.gta4j.generate.Engine;
import org.gta4j.generate.FinishReason;
import org.gta4j.generate.Generation;
import org.gta4j.generate.Request;
import org.gta4j.generate.Sampling;
import org.gta4j.generate.Speculation;
import org.gta4j.generate.TokenConstraint;
import org.gta4j.tokenizer.Tokenizer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.MissingNode;
import tools.jackson.databind.node.ObjectNode;

/** What both chat models do: requests of langchain4j as requests of an engine, and back. */
final class ChatEngine {
  /** A request that can be asked. */
  record Asked(ChatPrompt chat, Request request) {}

  private final Engine engine;
  private final GtaChatOptions options;
  private final Tokenizer tokenizer;
  private final ToolPrompts prompts;
  private final Grammars grammars;
  private final ChatRequestParameters defaults;

  ChatEngine(Engine engine, GtaChatOptions options) {
    this.engine = engine;
    this.options = options;
    tokenizer =
        engine
            .model()
            .tokenizer()
            .orElseThrow(() ->
                new IllegalArgumentException("expected a model with a tokenizer, found none"));
    prompts =
        ToolPrompts.of(
            engine
                .model()
                .chatTemplates()
                .orElseThrow(() ->
                    new IllegalArgumentException(
                        "expected a model with a chat template, found none")),
            true);
    grammars = new Grammars(engine.model());
    requireKnown(options.defaults());
    requireSupported(options.defaults());
    defaults =
        ChatRequestParameters.builder()
            .modelName(options.modelName())
            .build()
            .overrideWith(options.defaults());
  }

  GtaChatOptions options() {
    return options;
  }

  /** What requests that say nothing else ask for. */
  ChatRequestParameters defaults() {
    return defaults;
  }

  /**
   * Refuses parameters of other providers, of which merging them with the defaults would leave
   * nothing to be seen.
   */
  static void requireKnown(ChatRequestParameters parameters) {
    if (parameters.getClass() != DefaultChatRequestParameters.class) {
      throw new UnsupportedFeatureException(
          "parameters of the class %s are not supported: expected ChatRequestParameters.builder()'s"
              .formatted(parameters.getClass().getName()));
    }
  }

  private void requireSupported(ChatRequestParameters parameters) {
    String name = parameters.modelName();
    if (name != null && !name.equals(options.modelName())) {
      throw new UnsupportedFeatureException(
          "modelName: other models than '%s' are not supported, found '%s'"
              .formatted(options.modelName(), name));
    }
    List<ToolSpecification> tools = parameters.toolSpecifications();
    boolean isHeld = parameters.toolChoice() == ToolChoice.REQUIRED;
    if (!isHeld && tools != null && tools.stream().anyMatch(tool -> isTrue(tool.strict()))) {
      throw new UnsupportedFeatureException(
          "strict tools are not supported unless the tool choice is REQUIRED: only then are calls"
              + " held to their schemas");
    }
  }

  private static boolean isTrue(@Nullable Boolean value) {
    return value != null && value;
  }

  /**
   * Makes the engine's request.
   *
   * @throws RuntimeException langchain4j's, if it cannot be asked
   */
  Asked prepare(ChatRequest asked) {
    try {
      ChatRequestParameters parameters = asked.parameters();
      requireKnown(parameters);
      requireSupported(parameters);
      ArrayNode tools = tools(parameters.toolSpecifications());
      ChatPrompt chat =
          ChatPrompt.of(
              prompts.prompt(
                  Messages.of(asked.messages()),
                  tools,
                  choice(parameters.toolChoice()),
                  options.variables()),
              tokenizer);
      List<String> stops = parameters.stopSequences();
      Request request =
          new Request(
              chat.ids(),
              Math.min(
                  orElse(parameters.maxOutputTokens(), Integer.MAX_VALUE),
                  engine.room(chat.ids().length)),
              sampling(parameters),
              stops == null ? List.of() : stops,
              false,
              Speculation.AUTO,
              new Adjustments(
                  orElse(parameters.frequencyPenalty(), 0.0),
                  orElse(parameters.presencePenalty(), 0.0),
                  Map.of()),
              Optional.empty(),
              constraint(chat, parameters.responseFormat()),
              chat.shown());
      return new Asked(chat, request);
    } catch (RuntimeException e) {
      throw Failures.of(e);
    }
  }

  private static ArrayNode tools(@Nullable List<ToolSpecification> specifications) {
    ArrayNode tools = JsonNodeFactory.instance.arrayNode();
    if (specifications == null) {
      return tools;
    }
    for (ToolSpecification specification : specifications) {
      ObjectNode function = tools.addObject().put("type", "function").putObject("function");
      function.put("name", specification.name());
      String description = specification.description();
      if (description != null) {
        function.put("description", description);
      }
      function.set("parameters", json(parameters(specification)));
    }
    return tools;
  }

  /** The schema of a tool's arguments: none at all where it names none. */
  private static JsonObjectSchema parameters(ToolSpecification specification) {
    JsonObjectSchema parameters = specification.parameters();
    boolean isOpen =
        parameters != null
            && (!parameters.properties().isEmpty() || parameters.additionalProperties() != null);
    return isOpen ? parameters : JsonObjectSchema.builder().additionalProperties(false).build();
  }

  private static JsonNode json(JsonSchemaElement schema) {
    return JsonMapper.shared().valueToTree(JsonSchemaElementJsonUtils.toMap(schema));
  }

  private static JsonNode choice(@Nullable ToolChoice choice) {
    return switch (choice) {
      case null -> MissingNode.getInstance();
      case AUTO -> JsonNodeFactory.instance.stringNode("auto");
      case REQUIRED -> JsonNodeFactory.instance.stringNode("required");
      case NONE -> JsonNodeFactory.instance.stringNode("none");
    };
  }

  private Sampling sampling(ChatRequestParameters parameters) {
    return new Sampling(
        orElse(parameters.temperature(), 1.0),
        orElse(parameters.topK(), 0),
        // No probability is reached by the most probable token alone.
        Math.max(Double.MIN_NORMAL, orElse(parameters.topP(), 1.0)),
        options.minP(),
        options.repeatPenalty(),
        options.seed().orElseGet(() -> ThreadLocalRandom.current().nextLong()));
  }

  private static <T> T orElse(@Nullable T value, T other) {
    return value == null ? other : value;
  }

  private Optional<Supplier<TokenConstraint>> constraint(
      ChatPrompt chat, @Nullable ResponseFormat format) {
    if (format == null || format.type() != ResponseFormatType.JSON) {
      return HeldAnswer.toCalls(chat, grammars, false);
    }
    if (HeldAnswer.mustCall(chat.prompt().choice())) {
      throw new UnsupportedFeatureException(
          "a response format is not supported where the tool choice is REQUIRED");
    }
    JsonSchema schema = format.jsonSchema();
    AnswerForm form =
        schema == null ? AnswerForm.anyObject() : AnswerForm.schema(json(schema.rootElement()));
    return Optional.of(HeldAnswer.toForm(chat, form, grammars, false));
  }

  /**
   * Begins to compute an answer.
   *
   * @throws RuntimeException as {@link Engine#submit}
   */
  RunningAnswer begin(Asked asked) {
    return new RunningAnswer(engine, asked.request(), options.mostTime());
  }

  /**
   * Waits for an answer.
   *
   * @param sink is given what is found meanwhile
   */
  ChatResponse read(Asked asked, RunningAnswer answer, AnswerSink sink) {
    AnswerMessage message = new AnswerMessage(sink);
    AnswerReader reader = new AnswerReader(asked.chat(), message);
    Generation generation = answer.await(reader::accept);
    if (generation.finish().orElseThrow() == FinishReason.LENGTH) {
      reader.cutOff();
    } else {
      reader.end();
    }
    return message.response(generation, options.modelName());
  }
}
