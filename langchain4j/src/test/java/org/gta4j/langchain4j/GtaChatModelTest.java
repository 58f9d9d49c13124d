package org.gta4j.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.listener.ChatModelRequestContext;
import dev.langchain4j.model.chat.listener.ChatModelResponseContext;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.request.DefaultChatRequestParameters;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.langchain4j.model.chat.request.ToolChoice;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.request.json.JsonRawSchema;
import dev.langchain4j.model.chat.request.json.JsonSchema;
import dev.langchain4j.model.chat.request.json.JsonStringSchema;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.output.FinishReason;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.gta4j.chat.ChatIds;
import org.gta4j.chat.ChatMessage;
import org.gta4j.chat.Conversation;
import org.gta4j.generate.Engine;
import org.gta4j.generate.LanguageModel;
import org.gta4j.generate.Request;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Requests that are answered at once. */
@Timeout(120)
class GtaChatModelTest {
  static final ToolSpecification WEATHER =
      ToolSpecification.builder()
          .name("weather")
          .description("tells it")
          .parameters(
              JsonObjectSchema.builder()
                  .addEnumProperty("unit", List.of("C", "F"))
                  .addBooleanProperty("now")
                  .required("unit", "now")
                  .build())
          .build();

  static final JsonSchema ANSWER =
      JsonSchema.builder()
          .name("answer")
          .rootElement(
              JsonObjectSchema.builder()
                  .addEnumProperty("kind", List.of("soup", "salad"))
                  .addBooleanProperty("hot")
                  .required("kind", "hot")
                  .build())
          .build();

  @TempDir static Path folder;
  private static LanguageModel model;
  private static LanguageModel alone;
  private static Engine engine;
  private static GtaChatModel chat;

  @BeforeAll
  static void start() {
    model = TinyModel.load(folder, TinyModel.TEMPLATE);
    alone = TinyModel.load(folder, "");
    engine = TinyModel.engine(model, 4, 16);
    chat = new GtaChatModel(engine, GtaChatOptions.of("tiny"));
  }

  @AfterAll
  static void stop() {
    engine.close();
    model.close();
    alone.close();
  }

  static ChatRequest.Builder ask() {
    return ChatRequest.builder().messages(UserMessage.from("Hi"));
  }

  static ChatRequest asked(DefaultChatRequestParameters.Builder<?> parameters) {
    return ask().parameters(parameters.build()).build();
  }

  @Test
  void answersAreTheModels() {
    int[] ids =
        new ChatIds(alone.chatTemplates().orElseThrow(), alone.tokenizer().orElseThrow(), false)
            .prompt(
                Conversation.toAnswer(
                    List.of(
                        ChatMessage.of("system", "Be brief."),
                        ChatMessage.of("user", "Hi"),
                        ChatMessage.of("assistant", "Hello"),
                        ChatMessage.of("user", "two parts"))));
    StringBuilder expected = new StringBuilder();
    alone.generate(Request.greedy(ids, 24), expected::append);
    ChatResponse response =
        chat.chat(
            ChatRequest.builder()
                .messages(
                    SystemMessage.from("Be brief."),
                    UserMessage.from("Hi"),
                    AiMessage.from("Hello"),
                    UserMessage.from(TextContent.from("two "), TextContent.from("parts")))
                .temperature(0.0)
                .maxOutputTokens(24)
                .build());
    assertThat(response.aiMessage().text()).isEqualTo(expected.toString());
    assertThat(response.aiMessage().hasToolExecutionRequests()).isFalse();
    assertThat(response.finishReason()).isEqualTo(FinishReason.LENGTH);
    assertThat(response.tokenUsage().inputTokenCount()).isEqualTo(ids.length);
    assertThat(response.tokenUsage().outputTokenCount()).isEqualTo(24);
    assertThat(response.tokenUsage().totalTokenCount()).isEqualTo(ids.length + 24);
    assertThat(response.modelName()).isEqualTo("tiny");
    assertThat(response.id()).startsWith("gta-");
  }

  @Test
  void parametersSayHowTokensAreChosen() {
    GtaChatModel seeded = new GtaChatModel(engine, GtaChatOptions.of("tiny").withSeed(7));
    DefaultChatRequestParameters.Builder<?> usual =
        ChatRequestParameters.builder().maxOutputTokens(24);
    String one = seeded.chat(asked(usual)).aiMessage().text();
    assertThat(seeded.chat(asked(usual)).aiMessage().text()).isEqualTo(one);
    String greedy = seeded.chat(asked(usual.temperature(0.0))).aiMessage().text();
    assertThat(greedy).isNotEqualTo(one);
    assertThat(seeded.chat(asked(usual.temperature(1.0).topK(1))).aiMessage().text())
        .isEqualTo(greedy);
    assertThat(seeded.chat(asked(usual.topK(0).topP(0.0))).aiMessage().text()).isEqualTo(greedy);
    assertThat(
            seeded
                .chat(asked(usual.temperature(0.0).topP(1.0).frequencyPenalty(2.0)))
                .aiMessage()
                .text())
        .isNotEqualTo(greedy);
    assertThat(
            seeded
                .chat(asked(usual.frequencyPenalty(0.0).presencePenalty(100.0)))
                .aiMessage()
                .text())
        .isNotEqualTo(greedy);
    assertThat(
            new GtaChatModel(engine, GtaChatOptions.of("tiny").withMinP(1))
                .chat(asked(usual.temperature(1.0).presencePenalty(0.0)))
                .aiMessage()
                .text())
        .isEqualTo(greedy);
  }

  @Test
  void stopSequencesEndIt() {
    String whole = chat.chat(ask().temperature(0.0).maxOutputTokens(40).build()).aiMessage().text();
    String stop = whole.substring(whole.length() / 2, whole.length() / 2 + 2);
    ChatResponse response =
        chat.chat(ask().temperature(0.0).maxOutputTokens(40).stopSequences(List.of(stop)).build());
    assertThat(response.aiMessage().text()).isEqualTo(whole.substring(0, whole.indexOf(stop)));
    assertThat(response.finishReason()).isEqualTo(FinishReason.STOP);
  }

  @Test
  void defaultsAreOverriddenByRequests() {
    GtaChatModel shorter =
        new GtaChatModel(
            engine,
            GtaChatOptions.of("tiny")
                .withDefaults(ChatRequestParameters.builder().maxOutputTokens(3).build()));
    assertThat(shorter.defaultRequestParameters().modelName()).isEqualTo("tiny");
    assertThat(shorter.chat(ask().build()).tokenUsage().outputTokenCount()).isEqualTo(3);
    assertThat(shorter.chat(ask().maxOutputTokens(5).build()).tokenUsage().outputTokenCount())
        .isEqualTo(5);
  }

  @Test
  void requiredToolsAreCalledWithArgumentsOfTheirSchema() {
    for (int i = 0; i < 4; i++) {
      ChatResponse response =
          chat.chat(ask().toolSpecifications(WEATHER).toolChoice(ToolChoice.REQUIRED).build());
      assertThat(response.finishReason()).isEqualTo(FinishReason.TOOL_EXECUTION);
      assertThat(response.aiMessage().text()).isNull();
      assertThat(response.aiMessage().toolExecutionRequests())
          .isNotEmpty()
          .allSatisfy(call -> {
            assertThat(call.name()).isEqualTo("weather");
            assertThat(call.id()).startsWith("call_");
            JsonNode arguments = JsonMapper.shared().readTree(call.arguments());
            assertThat(arguments.path("unit").stringValue()).isIn("C", "F");
            assertThat(arguments.path("now").isBoolean()).isTrue();
          });
      assertThat(response.aiMessage().toolExecutionRequests())
          .extracting(ToolExecutionRequest::id)
          .doesNotHaveDuplicates();
    }
  }

  @Test
  void aToolWithoutParametersIsCalledWithoutArguments() {
    ToolSpecification ping = ToolSpecification.builder().name("ping").build();
    ChatResponse response =
        chat.chat(ask().toolSpecifications(ping).toolChoice(ToolChoice.REQUIRED).build());
    assertThat(response.aiMessage().toolExecutionRequests())
        .isNotEmpty()
        .allMatch(call -> JsonMapper.shared().readTree(call.arguments()).isEmpty());
  }

  @Test
  void aCallThatIsCutOffIsNoRequest() {
    ChatResponse response =
        chat.chat(
            ask()
                .toolSpecifications(WEATHER)
                .toolChoice(ToolChoice.REQUIRED)
                .maxOutputTokens(53)
                .build());
    assertThat(response.finishReason()).isEqualTo(FinishReason.LENGTH);
    assertThat(response.aiMessage().hasToolExecutionRequests()).isFalse();
    assertThat(response.aiMessage().text()).isEmpty();
  }

  @Test
  void callsAndTheirResultsAreReadAgain() {
    ToolExecutionRequest call =
        ToolExecutionRequest.builder()
            .id("1")
            .name("weather")
            .arguments("{\"unit\": \"C\"}")
            .build();
    ChatResponse response =
        chat.chat(
            ChatRequest.builder()
                .messages(
                    UserMessage.from("Hi"),
                    AiMessage.from(call),
                    ToolExecutionResultMessage.from(call, "21"))
                .toolSpecifications(WEATHER)
                .maxOutputTokens(4)
                .build());
    int withoutCalls =
        chat.chat(ask().toolSpecifications(WEATHER).maxOutputTokens(1).build())
            .tokenUsage()
            .inputTokenCount();
    assertThat(response.tokenUsage().inputTokenCount()).isGreaterThan(withoutCalls + 60);
    assertThat(
            chat.chat(
                    ask()
                        .toolSpecifications(WEATHER)
                        .toolChoice(ToolChoice.NONE)
                        .maxOutputTokens(1)
                        .build())
                .tokenUsage()
                .inputTokenCount())
        .as("NONE tells the model of no tool")
        .isLessThan(withoutCalls);
  }

  @Test
  void answersAreHeldToSchemas() {
    for (int i = 0; i < 4; i++) {
      ChatResponse response =
          chat.chat(asked(ChatRequestParameters.builder().responseFormat(ANSWER)));
      JsonNode answer = JsonMapper.shared().readTree(response.aiMessage().text());
      assertThat(answer.propertyNames()).containsExactlyInAnyOrder("kind", "hot");
      assertThat(answer.path("kind").stringValue()).isIn("soup", "salad");
      assertThat(response.finishReason()).isEqualTo(FinishReason.STOP);
    }
    JsonSchema raw =
        JsonSchema.builder()
            .name("raw")
            .rootElement(
                JsonRawSchema.from(
                    "{\"type\": \"object\", \"properties\": {\"n\": {\"type\": \"integer\","
                        + " \"minimum\": 3, \"maximum\": 5}}, \"required\": [\"n\"],"
                        + " \"additionalProperties\": false}"))
            .build();
    String text =
        chat.chat(asked(ChatRequestParameters.builder().responseFormat(raw))).aiMessage().text();
    assertThat(JsonMapper.shared().readTree(text).path("n").intValue()).isBetween(3, 5);
    assertThat(
            chat.chat(
                    asked(
                        ChatRequestParameters.builder()
                            .responseFormat(ResponseFormat.JSON)
                            .maxOutputTokens(8)))
                .aiMessage()
                .text()
                .stripLeading())
        .startsWith("{");
  }

  @Test
  void aFormLeavesRoomForCallsOfTools() {
    List<Boolean> called = new ArrayList<>();
    for (int seed = 0; seed < 24; seed++) {
      AiMessage answer =
          new GtaChatModel(engine, GtaChatOptions.of("tiny").withSeed(seed))
              .chat(
                  asked(
                      ChatRequestParameters.builder()
                          .responseFormat(ANSWER)
                          .toolSpecifications(WEATHER)))
              .aiMessage();
      called.add(answer.hasToolExecutionRequests());
      if (!answer.hasToolExecutionRequests()) {
        assertThat(JsonMapper.shared().readTree(answer.text()).has("kind")).isTrue();
      }
    }
    assertThat(called).contains(true, false);
  }

  /** A text that has no end for a long time. */
  static final ResponseFormat LONG =
      ResponseFormat.builder()
          .type(ResponseFormatType.JSON)
          .jsonSchema(
              JsonSchema.builder()
                  .name("long")
                  .rootElement(JsonRawSchema.from("{\"type\": \"string\", \"minLength\": 1500}"))
                  .build())
          .build();

  @Test
  void listenersFollow() {
    List<String> heard = new ArrayList<>();
    ChatModelListener listener =
        new ChatModelListener() {
          @Override
          public void onRequest(ChatModelRequestContext context) {
            heard.add("request " + context.chatRequest().maxOutputTokens());
          }

          @Override
          public void onResponse(ChatModelResponseContext context) {
            heard.add("response " + context.chatResponse().tokenUsage().outputTokenCount());
          }
        };
    new GtaChatModel(engine, GtaChatOptions.of("tiny").withListeners(List.of(listener)))
        .chat(ask().maxOutputTokens(2).build());
    assertThat(heard).containsExactly("request 2", "response 2");
  }

  @Test
  void stringsOfSchemasAreSupported() {
    JsonSchema text =
        JsonSchema.builder().name("t").rootElement(JsonStringSchema.builder().build()).build();
    assertThat(
            chat.chat(
                    asked(ChatRequestParameters.builder().responseFormat(text).maxOutputTokens(9)))
                .aiMessage()
                .text()
                .stripLeading())
        .startsWith("\"");
  }
}
