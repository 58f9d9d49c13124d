package org.gta4j.answer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.gta4j.chat.tools.ParsedAnswer;
import org.gta4j.chat.tools.ToolFunction;
import org.gta4j.generate.Engine;
import org.gta4j.generate.EngineSettings;
import org.gta4j.generate.FinishReason;
import org.gta4j.generate.LanguageModel;
import org.gta4j.generate.Sampling;
import org.gta4j.testing.ByteChatModel;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Conversations with a model that says nothing sensible, but what it is held to. */
@Timeout(120)
class ChatTest {
  enum Colour {
    RED,
    GREEN
  }

  record Balls(Colour colour, int count, List<Boolean> bounced) {
    Balls {
      if (count == Integer.MIN_VALUE) {
        throw new IllegalArgumentException("count: too few");
      }
    }
  }

  record City(Colour name) {}

  private static final ByteChatModel BYTES =
      new ByteChatModel(List.of("<|endoftext|>", "<|im_start|>", "<|im_end|>"), List.of());
  private static final ToolFunction WEATHER =
      ToolFunction.of("weather", "The weather in a city.", RecordSchema.of(City.class));

  @TempDir static Path folder;
  @TempDir static Path plainFolder;
  private static LanguageModel model;

  @BeforeAll
  static void loadModel() {
    model = BYTES.load(folder, 2048, Optional.of(ByteChatModel.TEMPLATE));
  }

  @AfterAll
  static void close() {
    model.close();
  }

  private static Engine engine() {
    return new Engine(
        model, new EngineSettings(256 * model.cacheLayout().blockBytes(), 4, 4, true));
  }

  private static ChatSettings random(int tokens, long seed) {
    return ChatSettings.defaults().withMaxTokens(tokens).withSampling(Sampling.of(1, seed));
  }

  @Test
  void remembersWhatWasSaid() {
    try (Chat chat = Chat.with(model)) {
      chat.settings(ChatSettings.defaults().withMaxTokens(12)).system("Be brief.");
      List<String> pieces = new ArrayList<>();
      ParsedAnswer answer = chat.ask("Who are you?", pieces::add);
      assertThat(String.join("", pieces)).isEqualTo(answer.content().orElse("")).isNotEmpty();
      assertThat(chat.last().orElseThrow().finish()).contains(FinishReason.LENGTH);
      chat.ask("And who am I?");
      assertThat(chat.messages().findValuesAsString("role"))
          .containsExactly("system", "user", "assistant", "user", "assistant");
      assertThat(chat.messages().get(2).path("content").stringValue())
          .isEqualTo(answer.content().orElseThrow());
    }
  }

  @Test
  void anEngineAnswersAsTheModelDoes() {
    try (Engine engine = engine();
        Chat alone = Chat.with(model);
        Chat among = Chat.with(engine)) {
      alone.settings(random(20, 3));
      among.settings(random(20, 3));
      for (String question : List.of("Who are you?", "And who am I?")) {
        assertThat(among.ask(question).content()).isEqualTo(alone.ask(question).content());
      }
      assertThat(among.messages()).isEqualTo(alone.messages());
      alone.settings(random(400, 3));
      among.settings(random(400, 3));
      assertThat(among.ask("How many?", Balls.class))
          .isEqualTo(alone.ask("How many?", Balls.class));
    }
  }

  @Test
  void answersBecomeRecordsAndJson() {
    try (Chat chat = Chat.with(model)) {
      for (int seed = 0; seed < 5; seed++) {
        chat.settings(random(500, seed));
        Balls balls = chat.ask("Which?", Balls.class);
        assertThat(balls.colour()).isIn(Colour.RED, Colour.GREEN);
      }
      JsonNode json = chat.ask("Which?", AnswerForm.of(City.class));
      assertThat(json.path("name").stringValue()).isIn("RED", "GREEN");
    }
  }

  @Test
  void aCallThatIsCutOffIsNoText() {
    try (Chat chat = Chat.with(model)) {
      for (int tokens = 4; tokens < 40; tokens += 5) {
        chat.functions(List.of(WEATHER)).settings(random(tokens, 1).withMustCall(true));
        List<String> pieces = new ArrayList<>();
        ParsedAnswer answer = chat.ask("What will it be like?", pieces::add);
        assertThat(chat.last().orElseThrow().finish()).contains(FinishReason.LENGTH);
        assertThat(answer.content()).as("%d tokens", tokens).isEmpty();
        assertThat(pieces).isEmpty();
      }
    }
  }

  @Test
  void callsFunctionsAndGoesOnFromWhatTheyReturn() {
    try (Chat chat = Chat.with(model)) {
      chat.functions(List.of(WEATHER)).settings(random(400, 1).withMustCall(true));
      ParsedAnswer asking = chat.ask("What will it be like?");
      assertThat(asking.calls()).isNotEmpty();
      assertThat(asking.calls())
          .allSatisfy(call -> {
            assertThat(call.name()).isEqualTo("weather");
            assertThat(call.arguments()).containsAnyOf("RED", "GREEN");
          });
      chat.settings(random(10, 1));
      List<String> results = asking.calls().stream().map(call -> "sunny").toList();
      assertThatThrownBy(() -> chat.returned(List.of()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("calls, found 0");
      ParsedAnswer answer = chat.returned(results);
      assertThat(answer.content()).isPresent();
      JsonNode messages = chat.messages();
      assertThat(messages.get(1).path("tool_calls")).hasSameSizeAs(results);
      assertThat(messages.get(2).path("role").stringValue()).isEqualTo("tool");
      assertThat(messages.get(2).path("tool_call_id").stringValue()).isEqualTo("call_0");
      assertThat(messages.get(2).path("content").stringValue()).isEqualTo("sunny");
    }
  }

  @Test
  void forgetsWhatCannotBeAnswered() {
    try (Chat chat = Chat.with(model)) {
      assertThatThrownBy(() -> chat.ask("x".repeat(3000)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("the context has room for 2047");
      chat.settings(ChatSettings.defaults().withMaxTokens(5));
      assertThatThrownBy(() -> chat.ask("How many?", Balls.class))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining(
              "expected an answer that ends within 5 tokens, found the beginning");
      assertThatThrownBy(() -> chat.returned(List.of("sunny")))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("found 1");
      assertThat(chat.messages()).isEmpty();
    }
  }

  @Test
  void needsATemplate() {
    try (LanguageModel plain = BYTES.load(plainFolder, 64, Optional.empty())) {
      assertThatThrownBy(() -> Chat.with(plain).close())
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("expected a model with a chat template, found none");
    }
  }
}
