package org.gta4j.server.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.gta4j.generate.LanguageModel;
import org.gta4j.server.TestModels;
import org.gta4j.server.TestServer;
import org.gta4j.server.settings.ServerSettings;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;
import tools.jackson.databind.JsonNode;

/** Answers of a real model on the page: that they are the model's, and what is said about them. */
@Timeout(120)
@ExtendWith(WithBrowser.class)
class AnswersTest {
  private static final int CONTEXT = 8192;

  @TempDir static Path folder;
  private static LanguageModel model;
  private static TestServer server;

  @BeforeAll
  static void start() {
    model = TestModels.chat(folder, CONTEXT);
    server = TestServer.start(model, TestServer.engine(model, 1024, 8, 8), settings());
  }

  private static ServerSettings settings() {
    return ServerSettings.local(0, "bytes");
  }

  @AfterAll
  static void stop() {
    server.close();
    model.close();
  }

  /** What the API answers to the same. */
  private static JsonNode api(String fields) {
    return server.post("/v1/chat/completions", "{%s}".formatted(fields)).ok().json();
  }

  @Test
  void anAnswerStreams(ChatPage page) {
    page.open(server.address()).set("temperature", "0", "max-tokens", "1000");
    page.js(
        "window.lengths = []; new MutationObserver(() => { const last = [...document.querySelectorAll('.content')].at(-1);"
            + " lengths.push(last.textContent.length); }).observe(document.getElementById('messages'),"
            + " {childList: true, subtree: true, characterData: true})");
    long began = System.nanoTime();
    JsonNode answer = page.ask("Hi");
    double seconds = (System.nanoTime() - began) / 1e9;
    List<Integer> lengths =
        page.value("lengths").valueStream().map(JsonNode::asInt).distinct().toList();
    assertThat(lengths).as("lengths that were seen").hasSizeGreaterThan(2).isSorted();

    JsonNode expected =
        api(
            "'messages': [{'role': 'user', 'content': 'Hi'}], 'temperature': 0, 'max_tokens': 1000");
    assertThat(answer.path("content")).isEqualTo(expected.at("/choices/0/message/content"));
    assertThat(answer.path("finish")).isEqualTo(expected.at("/choices/0/finish_reason"));
    int tokens = expected.at("/usage/completion_tokens").asInt();
    int prompt = expected.at("/usage/prompt_tokens").asInt();
    assertThat(answer.at("/usage/completion").asInt()).isEqualTo(tokens);
    double speed = answer.path("speed").doubleValue();
    assertThat((tokens - 1) / speed).as("seconds it says to have taken").isBetween(0.0, seconds);
    assertThat(page.text(".stats"))
        .startsWith("%,d tokens · ".formatted(tokens))
        .containsPattern("· [\\d,.]+ tokens/s · prompt %d".formatted(prompt));
    assertThat(page.text("#context-text"))
        .isEqualTo("%,d of %,d tokens".formatted(prompt + tokens, CONTEXT));
    assertThat(page.text("#status")).isEqualTo("Ready");
    assertThat(page.text("#model-facts"))
        .contains("bytes")
        .contains("parameters")
        .contains("%,d tokens of context".formatted(CONTEXT));
  }

  @Test
  void whatIsCachedIsTold(ChatPage page) {
    page.open(server.address()).set("max-tokens", "70", "temperature", "0");
    page.ask("The first message of this conversation");
    JsonNode second = page.ask("And the second");
    int cached = second.at("/usage/cached").asInt();
    assertThat(cached).isPositive().isLessThan(second.at("/usage/prompt").asInt());
    assertThat(page.texts(".stats").getLast())
        .contains(", %d of it from the cache".formatted(cached));
    server.awaitIdle();
    JsonNode cache = server.get("/health").at("/cache");
    long block = cache.path("max_bytes").asLong() / cache.path("max_blocks").asLong();
    String used = kibibytes(cache.path("used_blocks").asLong() * block);
    ChatPage.await(
        "the cache to be shown as it is: " + used,
        () -> page.text("#cache-text").startsWith(used + " of "));
    assertThat(page.find("#cache-meter").getDomAttribute("aria-valuetext"))
        .contains(used + " kept for texts that begin alike");
    assertThat(page.text("#server-state")).isEqualTo("Server idle");
  }

  private static String kibibytes(long bytes) {
    double size = bytes / 1024.0;
    assertThat(size).isBetween(100.0, 1023.0);
    return "%.0f KiB".formatted(size);
  }

  @Test
  void parametersReachTheModel(ChatPage page) {
    page.open(server.address())
        .set(
            "system",
            "Be brief.",
            "temperature",
            "1.3",
            "top-p",
            "0.9",
            "top-k",
            "40",
            "min-p",
            "0.01",
            "max-tokens",
            "60",
            "seed",
            "7");
    JsonNode first = page.ask("Hi");
    assertThat(first.path("content"))
        .isEqualTo(
            api("'messages': [{'role': 'system', 'content': 'Be brief.'}, {'role': 'user', 'content':"
                    + " 'Hi'}], 'temperature': 1.3, 'top_p': 0.9, 'top_k': 40, 'min_p': 0.01,"
                    + " 'max_tokens': 60, 'seed': 7")
                .at("/choices/0/message/content"));
    page.click(".regenerate");
    assertThat(page.awaitAnswer().path("content")).isEqualTo(first.path("content"));
    page.set("seed", "8");
    page.click(".regenerate");
    assertThat(page.awaitAnswer().path("content")).isNotEqualTo(first.path("content"));
    page.set("max-tokens", "5");
    page.click(".regenerate");
    assertThat(page.awaitAnswer().at("/usage/completion").asInt()).isEqualTo(5);
    assertThat(page.text(".stats")).contains("5 tokens").contains("ended by the limit of tokens");
    assertThat(page.text(".stats")).startsWith("4 of 4 · ");
    page.click(".previous");
    assertThat(page.text(".stats")).startsWith("3 of 4 · ");
    assertThat(page.said()).endsWith("Answer 3 of 4");
  }

  @Test
  void aParameterOutOfItsRangeIsNotTaken(ChatPage page) {
    page.open(server.address());
    page.click("#settings-open");
    page.find("#temperature").sendKeys("3", Keys.TAB);
    assertThat(page.text("#parameters-error"))
        .isEqualTo("Temperature is a number from 0 to 2; until then temperature stays as it was.");
    page.find("#max-tokens").sendKeys("1.5", Keys.TAB);
    page.find("#temperature").clear();
    page.press(Keys.TAB);
    assertThat(page.text("#parameters-error"))
        .startsWith("Tokens at most is a whole number from 1 up");
    page.click("#settings-close");
    page.set("seed", "1", "max-tokens", "4");
    assertThat(page.ask("Hi").at("/usage/completion").asInt()).isEqualTo(4);
    assertThat(page.conversation().path("parameters").propertyNames())
        .containsExactlyInAnyOrder("seed", "max_tokens");
  }

  @Test
  void anAnswerIsStoppedAndTheServerSeesIt(ChatPage page) {
    page.open(server.address()).set("temperature", "0");
    for (Runnable stop :
        List.<Runnable>of(() -> page.click("#stop"), () -> page.press(Keys.ESCAPE))) {
      page.send("Write for ever");
      ChatPage.await("some of the answer", () -> page.texts(".content").getLast().length() > 20);
      stop.run();
      JsonNode answer = page.awaitAnswer();
      assertThat(answer.path("state").stringValue()).isEqualTo("stopped");
      assertThat(answer.path("content").stringValue()).isNotEmpty();
      assertThat(page.text("#status")).isEqualTo("Stopped");
      assertThat(page.texts(".stats").getLast()).isEqualTo("stopped");
      assertThat(page.said().getLast()).startsWith("Stopped. ");
      assertThat(page.focus()).isEqualTo("prompt");
      server.awaitIdle();
    }
    // What came is part of the conversation.
    page.set("max-tokens", "3");
    assertThat(page.ask("Go on").at("/usage/prompt").asInt()).isGreaterThan(40);
  }

  @Test
  void theLastMessageIsEdited(ChatPage page) {
    page.open(server.address()).set("max-tokens", "3", "seed", "1");
    page.ask("One");
    page.ask("Two");
    assertThat(page.all(".edit")).hasSize(1);
    page.click(".edit");
    page.press(Keys.ESCAPE);
    assertThat(page.focus()).contains("edit");
    page.press(Keys.ENTER);
    page.press(" and a half", Keys.ENTER);
    page.awaitAnswer();
    assertThat(page.texts("[data-role=user] .content")).containsExactly("One", "Two and a half");
    assertThat(page.focus()).isEqualTo("prompt");
    assertThat(page.conversation().path("messages").size()).isEqualTo(4);
  }

  @Test
  void nothingIsSentWhileAnAnswerIsWritten(ChatPage page) {
    page.open(server.address()).set("temperature", "0");
    page.send("Write for ever");
    ChatPage.await("some of the answer", () -> page.texts(".content").getLast().length() > 20);
    page.send("And this");
    assertThat(page.find("#prompt").getDomProperty("value")).isEqualTo("And this");
    assertThat(page.said()).endsWith("The answer before is still being written: Esc stops it");
    page.press(Keys.ESCAPE);
    page.awaitAnswer();
    assertThat(page.conversation().path("messages").size()).isEqualTo(2);
  }

  @Test
  void aModelWithoutATemplateContinuesTexts(ChatPage page) {
    Path stories =
        Path.of(
            System.getProperty("gta.root", ".."),
            "cli/src/test/models/stories260K/stories260K.bin");
    try (LanguageModel teller = LanguageModel.load(stories);
        TestServer texts = TestServer.start(teller)) {
      page.open(texts.address());
      assertThat(page.text(".greeting")).isEqualTo("How shall the text begin?");
      page.set("temperature", "0", "max-tokens", "20");
      JsonNode answer = page.ask("Once upon a time");
      assertThat(answer.path("content"))
          .isEqualTo(
              texts
                  .post(
                      "/v1/completions",
                      "{'prompt': 'Once upon a time', 'temperature': 0, 'max_tokens': 20}")
                  .ok()
                  .at("/choices/0/text"));
      assertThat(page.texts(".content"))
          .containsExactly("Once upon a time", answer.path("content").stringValue());
      // An empty message goes on where the text ends.
      page.find("#prompt").sendKeys(Keys.ENTER);
      ChatPage.await("more", () -> page.texts("[data-role=assistant]").size() == 2);
      assertThat(page.awaitAnswer().at("/usage/prompt").asInt()).isGreaterThan(20);
      page.set("max-tokens", "");
      page.find("#prompt").sendKeys(Keys.ENTER);
      ChatPage.await("still more", () -> page.texts("[data-role=assistant]").size() == 3);
      assertThat(page.awaitAnswer().at("/usage/completion").asInt()).isBetween(17, 200);
      // The next model may hold conversations.
      assertThat(page.value("JSON.parse(localStorage['gta4j.settings']).mode").stringValue())
          .isEqualTo("chat");
      Axe.check("a text", page);
      page.click("#settings-open");
      assertThat(page.find("#mode option[value=chat]").isEnabled()).isFalse();
      assertThat(page.isShown("#system")).isFalse();
    }
  }
}
