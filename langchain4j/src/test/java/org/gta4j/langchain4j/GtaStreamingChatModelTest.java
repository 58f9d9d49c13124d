package org.gta4j.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.exception.NonRetriableException;
import dev.langchain4j.exception.RateLimitException;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.langchain4j.model.chat.request.ToolChoice;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.PartialToolCall;
import dev.langchain4j.model.output.FinishReason;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.gta4j.generate.Engine;
import org.gta4j.generate.LanguageModel;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** Requests that are answered piece by piece. */
@Timeout(120)
class GtaStreamingChatModelTest {
  @TempDir static Path folder;
  @TempDir static Path thinkingFolder;
  private static LanguageModel model;
  private static Engine engine;
  private static GtaStreamingChatModel chat;

  @BeforeAll
  static void start() {
    model = TinyModel.load(folder, TinyModel.TEMPLATE);
    engine = TinyModel.engine(model, 4, 16);
    chat = new GtaStreamingChatModel(engine, GtaChatOptions.of("tiny"));
  }

  @AfterAll
  static void stop() {
    engine.close();
    model.close();
  }

  @Test
  void piecesAreTheAnswer() throws Exception {
    String whole =
        new GtaChatModel(engine, GtaChatOptions.of("tiny"))
            .chat(GtaChatModelTest.ask().temperature(0.0).maxOutputTokens(30).build())
            .aiMessage()
            .text();
    Recorder recorder = new Recorder();
    chat.chat(GtaChatModelTest.ask().temperature(0.0).maxOutputTokens(30).build(), recorder);
    ChatResponse response = recorder.await();
    assertThat(response.aiMessage().text()).isEqualTo(whole);
    assertThat(recorder.joinedText()).isEqualTo(whole);
    assertThat(recorder.text).hasSizeGreaterThan(1);
    assertThat(recorder.errors).isEmpty();
    assertThat(response.finishReason()).isEqualTo(FinishReason.LENGTH);
    assertThat(response.tokenUsage().outputTokenCount()).isEqualTo(30);
    assertThat(recorder.threads).hasSize(1).doesNotContain(Thread.currentThread());
  }

  @Test
  void callsComePieceByPiece() throws Exception {
    Recorder recorder = new Recorder();
    chat.chat(
        GtaChatModelTest.ask()
            .toolSpecifications(GtaChatModelTest.WEATHER)
            .toolChoice(ToolChoice.REQUIRED)
            .build(),
        recorder);
    ChatResponse response = recorder.await();
    assertThat(recorder.text).isEmpty();
    assertThat(response.finishReason()).isEqualTo(FinishReason.TOOL_EXECUTION);
    assertThat(recorder.calls)
        .extracting(call -> call.toolExecutionRequest())
        .isEqualTo(response.aiMessage().toolExecutionRequests());
    recorder.calls.forEach(call -> {
      List<PartialToolCall> pieces =
          recorder.partialCalls.stream().filter(piece -> piece.index() == call.index()).toList();
      assertThat(pieces)
          .hasSizeGreaterThan(1)
          .allMatch(piece ->
              piece.id().equals(call.toolExecutionRequest().id())
                  && piece.name().equals("weather"));
      assertThat(String.join("", pieces.stream().map(PartialToolCall::partialArguments).toList()))
          .isEqualTo(call.toolExecutionRequest().arguments());
    });
  }

  @Test
  void thoughtsAreNoText() throws Exception {
    try (LanguageModel thinker = TinyModel.load(thinkingFolder, TinyModel.THINKING);
        Engine own = TinyModel.engine(thinker, 1, 1)) {
      Recorder recorder = new Recorder();
      new GtaStreamingChatModel(own, GtaChatOptions.of("thinker"))
          .chat(GtaChatModelTest.ask().maxOutputTokens(20).build(), recorder);
      ChatResponse response = recorder.await();
      assertThat(recorder.thinking).isNotEmpty();
      assertThat(response.aiMessage().thinking()).isEqualTo(String.join("", recorder.thinking));
      assertThat(response.aiMessage().text()).isEqualTo(recorder.joinedText());
      Recorder held = new Recorder();
      new GtaStreamingChatModel(own, GtaChatOptions.of("thinker"))
          .chat(GtaChatModelTest.ask().responseFormat(form()).build(), held);
      assertThat(held.await().aiMessage().thinking()).isNotEmpty();
      assertThat(JsonMapper.shared().readTree(held.joinedText()).has("kind"))
          .as("the form is the answer's, behind the thoughts: " + held.joinedText())
          .isTrue();
    }
  }

  private static ResponseFormat form() {
    return ResponseFormat.builder()
        .type(ResponseFormatType.JSON)
        .jsonSchema(GtaChatModelTest.ANSWER)
        .build();
  }

  @Test
  void anAnswerThatIsCancelledFreesItsPlace() throws Exception {
    CountDownLatch cancelled = new CountDownLatch(1);
    Recorder recorder =
        new Recorder(handle -> {
          assertThat(handle.isCancelled()).isFalse();
          handle.cancel();
          assertThat(handle.isCancelled()).isTrue();
          cancelled.countDown();
        });
    chat.chat(GtaChatModelTest.ask().responseFormat(GtaChatModelTest.LONG).build(), recorder);
    cancelled.await();
    while (engine.stats().running() > 0) {
      Thread.sleep(1);
    }
    Thread.sleep(100);
    assertThat(recorder.text).hasSize(1);
    assertThat(recorder.errors).isEmpty();
    assertThat(recorder.response).isNotDone();
  }

  @Test
  void whatIsNotSupportedIsThrown() {
    assertThatThrownBy(
            () -> chat.chat(GtaChatModelTest.ask().modelName("other").build(), new Recorder()))
        .isExactlyInstanceOf(UnsupportedFeatureException.class);
  }

  @Test
  void failuresAreToldToTheHandler() throws Exception {
    try (LanguageModel own = TinyModel.load(folder, "")) {
      Engine small = TinyModel.engine(own, 1, 0);
      GtaStreamingChatModel narrow = new GtaStreamingChatModel(small, GtaChatOptions.of("tiny"));
      Recorder first = new Recorder();
      narrow.chat(GtaChatModelTest.ask().responseFormat(GtaChatModelTest.LONG).build(), first);
      while (first.text.isEmpty()) {
        Thread.sleep(1);
      }
      Recorder second = new Recorder();
      narrow.chat(GtaChatModelTest.ask().build(), second);
      assertThatThrownBy(second::await).hasCauseExactlyInstanceOf(RateLimitException.class);
      small.close();
      assertThatThrownBy(first::await).hasCauseInstanceOf(NonRetriableException.class);
    }
  }
}
