package org.gta4j.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.langchain4j.agent.tool.P;
import dev.langchain4j.agent.tool.Tool;
import dev.langchain4j.data.message.ChatMessageType;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.request.ToolChoice;
import dev.langchain4j.service.AiServices;
import dev.langchain4j.service.TokenStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.gta4j.generate.Engine;
import org.gta4j.generate.LanguageModel;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** langchain4j's services on an engine. */
@Timeout(120)
class AiServicesTest {
  enum Kind {
    SOUP,
    SALAD
  }

  record Recipe(@JsonProperty(required = true) Kind kind, boolean hot) {}

  interface Cook {
    Recipe invent(String wish);
  }

  interface Forecaster {
    String ask(String question);
  }

  interface Streaming {
    TokenStream ask(String question);
  }

  enum Unit {
    CELSIUS,
    FAHRENHEIT
  }

  /** A tool that notes what it is called with. */
  static final class Weather {
    final List<Unit> calls = new ArrayList<>();

    @Tool("Tells the temperature")
    int temperature(@P("the unit") Unit unit) {
      calls.add(unit);
      return 21;
    }
  }

  @TempDir static Path folder;
  private static LanguageModel model;
  private static Engine engine;

  private static final GtaChatOptions OPTIONS =
      GtaChatOptions.of("tiny")
          .withDefaults(ChatRequestParameters.builder().maxOutputTokens(600).build())
          .withSeed(5);

  @BeforeAll
  static void start() {
    model = TinyModel.load(folder, TinyModel.TEMPLATE);
    engine = TinyModel.engine(model, 4, 16);
  }

  @AfterAll
  static void stop() {
    engine.close();
    model.close();
  }

  /** A model of random weights calls nothing by itself. */
  private static ChatRequest calling(ChatRequest request) {
    boolean isFirst =
        request.messages().stream()
            .noneMatch(message -> message.type() == ChatMessageType.TOOL_EXECUTION_RESULT);
    return request.toBuilder()
        .parameters(
            request
                .parameters()
                .overrideWith(
                    ChatRequestParameters.builder()
                        .toolChoice(isFirst ? ToolChoice.REQUIRED : ToolChoice.NONE)
                        .build()))
        .build();
  }

  @Test
  void answersAreObjects() {
    Cook cook = AiServices.create(Cook.class, new GtaChatModel(engine, OPTIONS));
    for (int i = 0; i < 4; i++) {
      assertThat(cook.invent("something").kind()).isNotNull();
    }
  }

  @Test
  void toolsAreCalled() {
    Weather weather = new Weather();
    Forecaster forecaster =
        AiServices.builder(Forecaster.class)
            .chatModel(new GtaChatModel(engine, OPTIONS))
            .tools(weather)
            .chatRequestTransformer(AiServicesTest::calling)
            .build();
    assertThat(forecaster.ask("How warm is it?")).isNotEmpty();
    assertThat(weather.calls).isNotEmpty().doesNotContainNull();
  }

  @Test
  void toolsAreCalledWhileAnswersStream() throws Exception {
    Weather weather = new Weather();
    Streaming forecaster =
        AiServices.builder(Streaming.class)
            .streamingChatModel(new GtaStreamingChatModel(engine, OPTIONS))
            .tools(weather)
            .chatRequestTransformer(AiServicesTest::calling)
            .build();
    StringBuilder pieces = new StringBuilder();
    CompletableFuture<String> whole = new CompletableFuture<>();
    forecaster
        .ask("How warm is it?")
        .onPartialResponse(pieces::append)
        .onCompleteResponse(response -> whole.complete(response.aiMessage().text()))
        .onError(whole::completeExceptionally)
        .start();
    assertThat(whole.get(60, TimeUnit.SECONDS)).isEqualTo(pieces.toString());
    assertThat(weather.calls).isNotEmpty();
  }
}
