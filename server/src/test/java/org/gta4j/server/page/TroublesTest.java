package org.gta4j.server.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.gta4j.generate.Answer;
import org.gta4j.generate.GenerationListener;
import org.gta4j.generate.LanguageModel;
import org.gta4j.generate.Request;
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

/** What goes wrong between page and server is said, and can be tried again. */
@Timeout(120)
@ExtendWith(WithBrowser.class)
class TroublesTest {
  @TempDir static Path folder;
  private static LanguageModel model;

  @BeforeAll
  static void load() {
    model = TestModels.chat(folder, 8192);
  }

  @AfterAll
  static void close() {
    model.close();
  }

  private static TestServer start(int port) {
    return TestServer.start(
        model, TestServer.engine(model, 1024, 2, 2), ServerSettings.local(port, "m"));
  }

  private static void retry(ChatPage page) {
    page.click(".retry");
    JsonNode answer = page.awaitAnswer();
    assertThat(answer.path("state").stringValue()).isEqualTo("done");
    assertThat(page.isShown(".error")).isFalse();
  }

  @Test
  void aKeyIsAskedFor(ChatPage page) {
    page.expectError("401");
    try (TestServer server =
        TestServer.start(
            model,
            TestServer.engine(model, 1024, 2, 2),
            TestServer.settings(List.of("right"), List.of(), Optional.empty()))) {
      page.open(server.address());
      assertThat(page.text("#key-form label")).startsWith("The server wants an API key.");
      assertThat(page.focus()).isEqualTo("key");
      page.set("max-tokens", "4");
      page.send("Hi");
      ChatPage.await("the refusal", () -> page.isShown(".error"));
      assertThat(page.focus()).isEqualTo("key");
      page.press("wrong", Keys.ENTER);
      ChatPage.await(
          "another key to be wanted", () -> page.text("#key-form label").contains("Another one?"));
      assertThat(page.count(".message")).isEqualTo(2);
      page.press("right", Keys.ENTER);
      ChatPage.await("the answer", () -> page.text(".stats").startsWith("4 tokens"));
      assertThat(page.isShown("#key-form")).isFalse();
      assertThat(page.isShown(".error")).isFalse();
      // It lasts for this tab, and is nowhere else.
      page.reload();
      assertThat(page.ask("Hi").at("/usage/completion").asInt()).isEqualTo(4);
      assertThat(page.value("Object.values(localStorage).join('').includes('right')").asBoolean())
          .isFalse();
      page.click("#settings-open");
      page.click("#key-forget");
      page.click("#settings-close");
      page.send("Hi");
      ChatPage.await("the key to be wanted", () -> page.isShown("#key-form"));
    }
  }

  @Test
  void aServerThatIsFullAsksToWait(ChatPage page) throws Exception {
    page.expectError("429");
    try (TestServer server =
        TestServer.start(
            model, TestServer.engine(model, 1024, 1, 0), ServerSettings.local(0, "m"))) {
      page.open(server.address()).set("max-tokens", "4");
      CountDownLatch begun = new CountDownLatch(1);
      Answer other =
          server
              .server()
              .engine()
              .submit(
                  Request.greedy(new int[] {4, 5, 6}, 8000),
                  "another client",
                  new GenerationListener() {
                    @Override
                    public void text(String piece) {
                      begun.countDown();
                    }
                  });
      begun.await();
      page.send("Hi");
      ChatPage.await("the refusal", () -> page.isShown(".error"));
      assertThat(page.text(".error")).endsWith("It asks to try again in 1 s.Try again");
      other.cancel();
      server.awaitIdle();
      retry(page);
    }
  }

  @Test
  void aServerThatStopsComesBack(ChatPage page) {
    page.expectError("ERR_CONNECTION_REFUSED");
    page.expectError("ERR_INCOMPLETE_CHUNKED_ENCODING");
    page.expectError("ERR_EMPTY_RESPONSE");
    page.expectError("ERR_CONNECTION_RESET");
    TestServer server = start(0);
    int port = server.port();
    try (server) {
      page.open(server.address()).set("temperature", "0");
      page.send("Write for ever");
      ChatPage.await("some of the answer", () -> page.texts(".content").getLast().length() > 20);
    }
    JsonNode cut = page.awaitAnswer();
    assertThat(cut.path("state").stringValue()).isEqualTo("failed");
    assertThat(cut.path("content").stringValue()).isNotEmpty();
    assertThat(page.text(".error")).containsAnyOf("the server is stopping", "The connection broke");
    assertThat(page.said().getLast()).startsWith("Failed: ");
    page.set("max-tokens", "4");
    page.click(".retry");
    ChatPage.await(
        "the refusal", () -> page.text("#notice").contains("The server cannot be reached."));
    // What had come is still there.
    assertThat(page.answer().path("content")).isEqualTo(cut.path("content"));
    ChatPage.await(
        "the server to be missed",
        () -> page.text("#server-state").equals("The server cannot be reached"));
    try (TestServer again = start(port)) {
      assertThat(again.port()).isEqualTo(port);
      retry(page);
      assertThat(page.text(".stats")).startsWith("2 of 2 · 4 tokens");
      ChatPage.await(
          "the server to be seen", () -> page.text("#server-state").equals("Server idle"));
      assertThat(page.isShown("#notice .notice")).as("a trouble that is over").isFalse();
    }
  }

  @Test
  void aConnectionBreaksAmidAnAnswer(ChatPage page) throws Exception {
    page.expectError("ERR_INCOMPLETE_CHUNKED_ENCODING");
    try (TestServer server = start(0);
        Front front = new Front(server)) {
      page.open(front.address()).set("max-tokens", "4");
      front.next(answering -> answering.says("It was ").says("a dark and").breaks());
      JsonNode cut = page.ask("Tell me");
      assertThat(cut.path("content").stringValue()).isEqualTo("It was a dark and");
      assertThat(page.text(".error"))
          .startsWith("The connection broke before the answer was complete.");
      retry(page);
      front.next(answering -> answering.says("It was").fails("the disk is on fire"));
      page.ask("And then?");
      assertThat(page.texts(".error").getLast()).startsWith("the disk is on fire");
      // What failed is not sent along; what came of it is.
      front.says("fine");
      page.ask("Well?");
      JsonNode messages = front.asked().getLast().path("messages");
      assertThat(messages.size()).isEqualTo(5);
      assertThat(messages.at("/3/content").stringValue()).isEqualTo("It was");
    }
  }

  @Test
  void whatTheServerRefusesIsSaidAsItSaysIt(ChatPage page) {
    page.expectError("400");
    try (LanguageModel small = TestModels.chat(folder.resolve("small"), 64);
        TestServer server = TestServer.start(small)) {
      page.open(server.address());
      page.send("word ".repeat(60));
      ChatPage.await("the refusal", () -> page.isShown(".error"));
      String said =
          server
              .post(
                  "/v1/chat/completions",
                  "{'messages': [{'role': 'user', 'content': '%s'}]}".formatted("word ".repeat(60)))
              .at("/error/message")
              .stringValue();
      assertThat(page.text(".error")).startsWith(said);
      page.click(".edit");
      page.pressWith(Keys.CONTROL, "a");
      page.press("Hi", Keys.ENTER);
      assertThat(page.awaitAnswer().path("state").stringValue()).isEqualTo("done");
    }
  }
}
