package org.gta4j.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.AuthenticationException;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.model.StreamingResponseHandler;
import dev.langchain4j.model.chat.Capability;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.request.ToolChoice;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.request.json.JsonSchema;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.model.openai.OpenAiLanguageModel;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import dev.langchain4j.model.openai.OpenAiStreamingLanguageModel;
import dev.langchain4j.model.output.FinishReason;
import dev.langchain4j.model.output.Response;
import dev.langchain4j.model.output.TokenUsage;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.gta4j.generate.EngineSettings;
import org.gta4j.generate.LanguageModel;
import org.gta4j.server.GtaServer;
import org.gta4j.server.settings.ServerSettings;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** langchain4j's client of OpenAI, on our server. */
@Timeout(120)
class OpenAiClientTest {
  private static final String KEY = "secret";

  @TempDir static Path folder;
  @TempDir static Path thinkingFolder;
  private static LanguageModel model;
  private static GtaServer server;
  private static GtaChatModel inProcess;

  @BeforeAll
  static void start() {
    model = TinyModel.load(folder, TinyModel.TEMPLATE);
    server = serve(model);
    inProcess = new GtaChatModel(server.engine(), GtaChatOptions.of("m"));
  }

  private static GtaServer serve(LanguageModel model) {
    ServerSettings usual = ServerSettings.local(0, "m");
    return GtaServer.start(
        model,
        new EngineSettings(256 * model.cacheLayout().blockBytes(), 4, 16, true),
        new ServerSettings(
            usual.host(),
            0,
            "m",
            List.of(KEY),
            List.of(),
            Optional.empty(),
            usual.mostBodyBytes(),
            usual.mostTime()));
  }

  @AfterAll
  static void stop() {
    server.close();
    model.close();
  }

  private static OpenAiChatModel.OpenAiChatModelBuilder client() {
    return OpenAiChatModel.builder()
        .baseUrl(server.address() + "/v1")
        .apiKey(KEY)
        .modelName("m")
        .maxRetries(0)
        .temperature(0.0);
  }

  private static OpenAiStreamingChatModel.OpenAiStreamingChatModelBuilder streaming(
      GtaServer from) {
    return OpenAiStreamingChatModel.builder()
        .baseUrl(from.address() + "/v1")
        .apiKey(KEY)
        .modelName("m")
        .temperature(0.0);
  }

  private static ChatRequest.Builder conversation() {
    return ChatRequest.builder().messages(SystemMessage.from("Be brief."), UserMessage.from("Hi"));
  }

  @Test
  void answersAreThoseOfTheEngine() {
    ChatResponse response = client().maxTokens(20).build().chat(conversation().build());
    ChatResponse expected =
        inProcess.chat(conversation().temperature(0.0).maxOutputTokens(20).build());
    assertThat(response.aiMessage().text()).isEqualTo(expected.aiMessage().text());
    assertThat(response.finishReason()).isEqualTo(FinishReason.LENGTH);
    assertThat(response.tokenUsage().inputTokenCount())
        .isEqualTo(expected.tokenUsage().inputTokenCount());
    assertThat(response.tokenUsage().outputTokenCount()).isEqualTo(20);
    assertThat(response.modelName()).isEqualTo("m");
  }

  @Test
  void answersStream() throws Exception {
    Recorder recorder = new Recorder();
    streaming(server).maxTokens(20).build().chat(conversation().build(), recorder);
    ChatResponse response = recorder.await();
    assertThat(recorder.joinedText())
        .isEqualTo(response.aiMessage().text())
        .isEqualTo(
            inProcess
                .chat(conversation().temperature(0.0).maxOutputTokens(20).build())
                .aiMessage()
                .text());
    assertThat(recorder.text).hasSizeGreaterThan(1);
    assertThat(response.finishReason()).isEqualTo(FinishReason.LENGTH);
    assertThat(response.tokenUsage().outputTokenCount()).isEqualTo(20);
  }

  @Test
  void aStreamIsCancelled() throws Exception {
    Recorder recorder = new Recorder(handle -> handle.cancel());
    streaming(server)
        .build()
        .chat(conversation().responseFormat(GtaChatModelTest.LONG).build(), recorder);
    while (recorder.text.isEmpty() || server.engine().stats().running() > 0) {
      Thread.sleep(5);
    }
    assertThat(recorder.response).isNotDone();
  }

  @Test
  void thoughtsStreamApart() throws Exception {
    try (LanguageModel thinker = TinyModel.load(thinkingFolder, TinyModel.THINKING);
        GtaServer own = serve(thinker)) {
      Recorder recorder = new Recorder();
      streaming(own)
          .returnThinking(true)
          .maxTokens(20)
          .build()
          .chat(conversation().build(), recorder);
      ChatResponse response = recorder.await();
      assertThat(response.aiMessage().thinking())
          .isNotEmpty()
          .isEqualTo(String.join("", recorder.thinking));
    }
  }

  @Test
  void answersAreHeldToSchemas() {
    OpenAiChatModel strict =
        client()
            .temperature(1.0)
            .strictJsonSchema(true)
            .supportedCapabilities(Capability.RESPONSE_FORMAT_JSON_SCHEMA)
            .build();
    JsonSchema strictly =
        JsonSchema.builder()
            .name("answer")
            .rootElement(
                JsonObjectSchema.builder()
                    .addEnumProperty("kind", List.of("soup", "salad"))
                    .addBooleanProperty("hot")
                    .required("kind")
                    .build())
            .build();
    JsonNode answer =
        JsonMapper.shared()
            .readTree(
                strict
                    .chat(
                        conversation()
                            .parameters(
                                ChatRequestParameters.builder().responseFormat(strictly).build())
                            .build())
                    .aiMessage()
                    .text());
    assertThat(answer.path("kind").stringValue()).isIn("soup", "salad");
    assertThat(answer.has("hot")).as("all are there where it is strict").isTrue();
    assertThat(
            client()
                .maxTokens(6)
                .build()
                .chat(conversation().responseFormat(ResponseFormat.JSON).build())
                .aiMessage()
                .text()
                .stripLeading())
        .startsWith("{");
  }

  @Test
  void toolsAreCalled() throws Exception {
    ChatRequest request =
        conversation()
            .toolSpecifications(GtaChatModelTest.WEATHER)
            .toolChoice(ToolChoice.REQUIRED)
            .build();
    ChatResponse response = client().build().chat(request);
    assertThat(response.finishReason()).isEqualTo(FinishReason.TOOL_EXECUTION);
    ToolExecutionRequest call = response.aiMessage().toolExecutionRequests().getFirst();
    assertThat(call.name()).isEqualTo("weather");
    assertThat(JsonMapper.shared().readTree(call.arguments()).path("unit").stringValue())
        .isIn("C", "F");
    Recorder recorder = new Recorder();
    streaming(server).build().chat(request, recorder);
    ChatResponse streamed = recorder.await();
    assertThat(streamed.finishReason()).isEqualTo(FinishReason.TOOL_EXECUTION);
    assertThat(streamed.aiMessage().toolExecutionRequests())
        .extracting(ToolExecutionRequest::arguments)
        .isEqualTo(
            response.aiMessage().toolExecutionRequests().stream()
                .map(ToolExecutionRequest::arguments)
                .toList());
    assertThat(recorder.partialCalls).hasSizeGreaterThan(recorder.calls.size());
    ChatResponse then =
        client()
            .maxTokens(4)
            .build()
            .chat(
                ChatRequest.builder()
                    .messages(
                        UserMessage.from("Hi"),
                        AiMessage.from(call),
                        ToolExecutionResultMessage.from(call, "21"))
                    .toolSpecifications(GtaChatModelTest.WEATHER)
                    .build());
    assertThat(then.aiMessage().text()).isNotNull();
  }

  @Test
  void strictToolsAreTaken() {
    ChatResponse response =
        client()
            .strictTools(true)
            .parallelToolCalls(false)
            .seed(3)
            .user("somebody")
            .build()
            .chat(
                conversation()
                    .toolSpecifications(GtaChatModelTest.WEATHER)
                    .toolChoice(ToolChoice.REQUIRED)
                    .build());
    assertThat(response.aiMessage().toolExecutionRequests()).hasSize(1);
  }

  @Test
  void textsAreContinued() throws Exception {
    OpenAiLanguageModel texts =
        OpenAiLanguageModel.builder()
            .baseUrl(server.address() + "/v1")
            .apiKey(KEY)
            .modelName("m")
            .temperature(0.0)
            .maxRetries(0)
            .build();
    Response<String> response = texts.generate("Once upon");
    assertThat(response.content()).isNotEmpty();
    assertThat(response.tokenUsage())
        .extracting(TokenUsage::outputTokenCount)
        .isEqualTo(16); // as OpenAI has it
    OpenAiStreamingLanguageModel streamed =
        OpenAiStreamingLanguageModel.builder()
            .baseUrl(server.address() + "/v1")
            .apiKey(KEY)
            .modelName("m")
            .temperature(0.0)
            .build();
    StringBuilder pieces = new StringBuilder();
    CompletableFuture<Response<String>> end = new CompletableFuture<>();
    streamed.generate(
        "Once upon",
        new StreamingResponseHandler<>() {
          @Override
          public void onNext(String token) {
            pieces.append(token);
          }

          @Override
          public void onComplete(Response<String> whole) {
            end.complete(whole);
          }

          @Override
          public void onError(Throwable error) {
            end.completeExceptionally(error);
          }
        });
    end.get(60, TimeUnit.SECONDS);
    assertThat(pieces.toString()).isEqualTo(response.content());
  }

  @Test
  void refusalsAreItsExceptions() {
    assertThatThrownBy(() -> client().apiKey("wrong").build().chat("Hi"))
        .isInstanceOf(AuthenticationException.class);
    assertThatThrownBy(() -> client().temperature(-1.0).build().chat("Hi"))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("temperature");
    assertThatThrownBy(() -> client().build().chat("x".repeat(3000)))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("context");
  }
}
