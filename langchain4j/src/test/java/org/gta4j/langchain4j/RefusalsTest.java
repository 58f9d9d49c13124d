package org.gta4j.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.data.message.CustomMessage;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.LangChain4jException;
import dev.langchain4j.exception.NonRetriableException;
import dev.langchain4j.exception.RateLimitException;
import dev.langchain4j.exception.TimeoutException;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.request.DefaultChatRequestParameters;
import dev.langchain4j.model.chat.request.ToolChoice;
import dev.langchain4j.model.chat.request.json.JsonRawSchema;
import dev.langchain4j.model.chat.request.json.JsonSchema;
import dev.langchain4j.model.chat.response.ChatResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.gta4j.generate.Engine;
import org.gta4j.generate.LanguageModel;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Requests that are refused, and those that nobody waits for any more. */
@Timeout(120)
class RefusalsTest {
  @TempDir static Path folder;
  private static LanguageModel model;
  private static Engine engine;
  private static GtaChatModel chat;

  @BeforeAll
  static void start() {
    model = TinyModel.load(folder, TinyModel.TEMPLATE);
    engine = TinyModel.engine(model, 4, 16);
    chat = new GtaChatModel(engine, GtaChatOptions.of("tiny"));
  }

  @AfterAll
  static void stop() {
    engine.close();
    model.close();
  }

  @Test
  void whatIsNotSupportedIsRefused() {
    refused(
        "modelName", GtaChatModelTest.asked(ChatRequestParameters.builder().modelName("other")));
    refused(
        "image",
        ChatRequest.builder()
            .messages(UserMessage.from(ImageContent.from("https://example.org/cat.png")))
            .build());
    refused("CUSTOM", ChatRequest.builder().messages(CustomMessage.from(Map.of("a", "b"))).build());
    refused(
        "strict",
        GtaChatModelTest.asked(
            ChatRequestParameters.builder()
                .toolSpecifications(GtaChatModelTest.WEATHER.toBuilder().strict(true).build())));
    refused(
        "REQUIRED",
        GtaChatModelTest.asked(
            ChatRequestParameters.builder()
                .toolSpecifications(GtaChatModelTest.WEATHER)
                .toolChoice(ToolChoice.REQUIRED)
                .responseFormat(GtaChatModelTest.ANSWER)));
    refused(
        "schema",
        GtaChatModelTest.asked(
            ChatRequestParameters.builder()
                .responseFormat(
                    JsonSchema.builder()
                        .name("x")
                        .rootElement(
                            JsonRawSchema.from(
                                "{\"type\": \"array\", \"uniqueItems\": true,"
                                    + " \"items\": {\"type\": \"integer\"}}"))
                        .build())));
    refused("Others", GtaChatModelTest.ask().parameters(new Others()).build());
    assertThatThrownBy(() ->
            new GtaChatModel(
                engine,
                GtaChatOptions.of("tiny")
                    .withDefaults(ChatRequestParameters.builder().modelName("x").build())))
        .isExactlyInstanceOf(UnsupportedFeatureException.class);
  }

  /** Parameters of another provider, say. */
  private static final class Others extends DefaultChatRequestParameters {
    Others() {
      super(ChatRequestParameters.builder());
    }
  }

  private static void refused(String word, ChatRequest request) {
    assertThatThrownBy(() -> chat.chat(request))
        .isExactlyInstanceOf(UnsupportedFeatureException.class)
        .hasMessageContaining("not supported")
        .hasMessageContaining(word);
  }

  @Test
  void whatCanNeverBeAnsweredIsInvalid() {
    invalid(
        "temperature", GtaChatModelTest.asked(ChatRequestParameters.builder().temperature(-1.0)));
    invalid("top-p", GtaChatModelTest.asked(ChatRequestParameters.builder().topP(2.0)));
    invalid(
        "max-tokens", GtaChatModelTest.asked(ChatRequestParameters.builder().maxOutputTokens(0)));
    invalid("stop", GtaChatModelTest.asked(ChatRequestParameters.builder().stopSequences("")));
    invalid(
        "tool_choice",
        GtaChatModelTest.asked(ChatRequestParameters.builder().toolChoice(ToolChoice.REQUIRED)));
    invalid("context", ChatRequest.builder().messages(UserMessage.from("x".repeat(3000))).build());
  }

  private static void invalid(String word, ChatRequest request) {
    assertThatThrownBy(() -> chat.chat(request))
        .isExactlyInstanceOf(InvalidRequestException.class)
        .hasMessageContaining(word);
  }

  @Test
  void tooManyRequestsAreToldAsSuch() throws Exception {
    try (LanguageModel own = TinyModel.load(folder, "")) {
      Engine small = TinyModel.engine(own, 1, 0);
      GtaChatModel narrow = new GtaChatModel(small, GtaChatOptions.of("tiny"));
      CompletableFuture<ChatResponse> first =
          CompletableFuture.supplyAsync(() ->
              narrow.chat(GtaChatModelTest.ask().responseFormat(GtaChatModelTest.LONG).build()));
      while (small.stats().running() == 0) {
        Thread.sleep(1);
      }
      assertThatThrownBy(() -> narrow.chat(GtaChatModelTest.ask().build()))
          .isExactlyInstanceOf(RateLimitException.class);
      small.close();
      assertThatThrownBy(first::join).hasCauseInstanceOf(NonRetriableException.class);
      assertThatThrownBy(() -> narrow.chat(GtaChatModelTest.ask().build()))
          .isInstanceOf(NonRetriableException.class)
          .hasMessageContaining("closed");
    }
  }

  @Test
  void tooMuchTimeIsToldAsSuch() throws Exception {
    GtaChatModel hurried =
        new GtaChatModel(engine, GtaChatOptions.of("tiny").withMostTime(Duration.ofMillis(50)));
    assertThatThrownBy(() ->
            hurried.chat(GtaChatModelTest.ask().responseFormat(GtaChatModelTest.LONG).build()))
        .isExactlyInstanceOf(TimeoutException.class);
    while (engine.stats().running() > 0) {
      Thread.sleep(1);
    }
  }

  @Test
  void aThreadThatIsInterruptedGivesItsAnswerUp() throws Exception {
    List<Throwable> thrown = new ArrayList<>();
    Thread waiting =
        Thread.ofPlatform()
            .start(() -> {
              try {
                chat.chat(GtaChatModelTest.ask().responseFormat(GtaChatModelTest.LONG).build());
              } catch (LangChain4jException e) {
                thrown.add(e);
              }
            });
    while (engine.stats().running() == 0) {
      Thread.sleep(1);
    }
    waiting.interrupt();
    waiting.join();
    assertThat(thrown).singleElement().isInstanceOf(LangChain4jException.class);
    while (engine.stats().running() > 0) {
      Thread.sleep(1);
    }
  }

  @Test
  void aModelThatHoldsNoConversationsIsNone(@TempDir Path plain) {
    try (LanguageModel own = TinyModel.load(plain, "");
        Engine without = TinyModel.engine(own, 1, 1)) {
      assertThatThrownBy(() -> new GtaChatModel(without, GtaChatOptions.of("tiny")))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("chat template");
    }
  }
}
