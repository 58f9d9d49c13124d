package org.gta4j.server.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openqa.selenium.Keys;
import tools.jackson.databind.JsonNode;

/** By keyboard, by ear, in light and dark, on a phone. */
@Timeout(120)
@ExtendWith(WithBrowser.class)
class AccessibilityTest {
  private static final String MARKDOWN =
      "# A heading\n\nSome `code` and [a link](https://example.org/).\n\n```sh\nls\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n> said";

  @TempDir static Path folder;
  private static Front front;

  @BeforeAll
  static void start() throws IOException {
    front = Front.ofChatModel(folder);
  }

  @AfterAll
  static void stop() {
    front.close();
  }

  @ParameterizedTest
  @CsvSource({"light, false", "dark, false", "dark, true"})
  void axeFindsNothing(String colours, boolean narrow, ChatPage page) {
    page.expectError("ERR_INCOMPLETE_CHUNKED_ENCODING");
    page.open(front.address());
    page.prefer(colours);
    if (narrow) {
      page.narrow();
    }
    CountDownLatch rest = new CountDownLatch(1);
    Axe.check("empty", page);
    front.next(answering -> answering.thinks("Hm.").says(MARKDOWN).waits(rest).ends());
    page.send("Hi");
    ChatPage.await("some of the answer", () -> page.isShown("blockquote"));
    Axe.check("while an answer is written", page);
    rest.countDown();
    page.awaitAnswer();
    page.click(".reasoning summary");
    front.next(answering -> answering.says("It was").breaks());
    page.ask("And?");
    Axe.check("a conversation, and an error", page);
    page.click(".edit");
    Axe.check("a message is edited", page);
    page.press(Keys.ESCAPE);
    if (narrow) {
      page.click("#menu");
      Axe.check("the list of conversations", page);
    }
    page.click(".rename");
    Axe.check("a name is asked for", page);
    page.press(Keys.ESCAPE);
    if (narrow) {
      page.press(Keys.ESCAPE);
      assertThat(page.focus()).isEqualTo("menu");
    }
    page.click("#settings-open");
    page.find("#temperature").sendKeys("9", Keys.TAB);
    Axe.check("settings with a mistake", page);
    assertThat(page.isTrue("document.scrollingElement.scrollWidth <= innerWidth")).isTrue();
  }

  @Test
  void coloursFollowTheSystemAndTheSwitch(ChatPage page) {
    page.open(front.address());
    page.prefer("light");
    double light = brightness(page);
    page.prefer("dark");
    double dark = brightness(page);
    assertThat(light).isGreaterThan(200);
    assertThat(dark).isLessThan(50);
    page.click("#theme-switch");
    assertThat(brightness(page)).isEqualTo(light);
    page.reload();
    assertThat(brightness(page)).as("it is remembered").isEqualTo(light);
    page.click("#theme-switch");
    page.prefer("light");
    assertThat(brightness(page)).isEqualTo(dark);
    page.click("#settings-open");
    page.find("#theme option[value='']").click();
    assertThat(brightness(page)).isEqualTo(light);
  }

  private static double brightness(ChatPage page) {
    return page.value(
            "getComputedStyle(document.body).backgroundColor.match(/[0-9]+/g).slice(0, 3).reduce((a, b) => a + +b, 0) / 3")
        .doubleValue();
  }

  @Test
  void everythingIsReachedByKeyboard(ChatPage page) {
    page.open(front.address());
    assertThat(page.focus()).isEqualTo("prompt");
    page.press("One line");
    page.pressWith(Keys.SHIFT, Keys.ENTER);
    page.press("and another");
    front.says("```sh\nls\n```");
    page.press(Keys.ENTER);
    page.awaitAnswer();
    assertThat(front.asked().getLast().at("/messages/0/content").stringValue())
        .isEqualTo("One line\nand another");
    assertThat(page.focus()).isEqualTo("prompt");

    // All that can be done is met on the way round, and it is seen where the focus is.
    List<String> met = new ArrayList<>();
    page.js("document.activeElement.blur()");
    for (int i = 0; i < 40 && (met.size() < 2 || !met.getLast().equals(met.getFirst())); i++) {
      page.press(Keys.TAB);
      JsonNode focused =
          page.value(
              "(() => { const e = document.activeElement, s = getComputedStyle(e), c = getComputedStyle(e.closest('form') ?? e);"
                  + " return [e.id || e.className || e.tagName, s.outlineStyle !== 'none' || c.outlineStyle !== 'none'] })()");
      met.add(focused.path(0).stringValue());
      if (!focused.path(0).stringValue().equals("BODY")) {
        assertThat(focused.path(1).asBoolean()).as(met.getLast()).isTrue();
      }
    }
    assertThat(met)
        .containsSubsequence(
            "skip",
            "new-conversation",
            "open",
            "theme-switch",
            "settings-open",
            "conversation",
            "prompt",
            "send");
    assertThat(String.join("\n", met))
        .contains("rename", "export", "delete", "edit", "copy-code", "PRE", "copy", "regenerate");

    page.js("document.getElementById('settings-open').focus()");
    page.press(Keys.ENTER);
    assertThat(page.isShown("#settings")).isTrue();
    for (int i = 0; i < 25; i++) {
      page.press(Keys.TAB);
      assertThat(
              page.isTrue(
                  "document.activeElement === document.body || document.activeElement.closest('dialog')"))
          .as("the focus stays in the dialog")
          .isTrue();
    }
    page.press(Keys.ESCAPE);
    assertThat(page.isShown("#settings")).isFalse();
    assertThat(page.focus()).as("it returns").isEqualTo("settings-open");
  }

  @Test
  void aNarrowWindowHasItsListBehindAButton(ChatPage page) {
    page.open(front.address());
    page.narrow();
    ChatPage.await("the list to go", () -> !page.isShown("#conversations"));
    front.says("A long line: " + "`x`".repeat(3) + " https://example.org/" + "long/".repeat(40));
    page.ask("Hi");
    assertThat(page.isTrue("document.scrollingElement.scrollWidth <= innerWidth")).isTrue();
    page.click("#menu");
    assertThat(page.find("#menu").getDomAttribute("aria-expanded")).isEqualTo("true");
    assertThat(page.focus()).isEqualTo("open");
    page.press(Keys.ESCAPE);
    assertThat(page.focus()).isEqualTo("menu");
    page.press(Keys.ENTER);
    page.click("#new-conversation");
    assertThat(page.isShown("#conversations")).isFalse();
    assertThat(page.focus()).isEqualTo("prompt");
  }

  @Test
  void aScreenReaderIsToldOnce(ChatPage page) {
    page.open(front.address());
    CountDownLatch rest = new CountDownLatch(1);
    front.next(answering ->
        answering.says("It was ").says("a **dark** ").waits(rest).says("night.").ends());
    page.send("Tell me");
    ChatPage.await("the beginning", () -> page.texts(".content").getLast().equals("It was a dark"));
    assertThat(page.find("[data-role=assistant]").getDomAttribute("aria-busy")).isEqualTo("true");
    rest.countDown();
    page.awaitAnswer();
    assertThat(page.said().getFirst()).isEqualTo("The answer is being written");
    assertThat(page.said()).hasSize(2);
    assertThat(page.said().getLast()).startsWith("Answer: It was a dark night.");
    assertThat(page.find("#announcer").getDomAttribute("aria-live")).isEqualTo("polite");
    assertThat(page.find("#announcer").getDomAttribute("role")).isEqualTo("status");
    assertThat(page.find("[data-role=assistant]").getDomAttribute("aria-busy")).isEqualTo("false");
    assertThat(page.find("html").getDomAttribute("lang")).isEqualTo("en");
    assertThat(page.texts("h1, h2:not(dialog *)")).containsExactly("Tell me", "You", "Model");
    assertThat(
            page.value(
                "[...document.querySelectorAll('button, input, select, textarea')].filter((e) => e.checkVisibility() && !(e.ariaLabel || e.textContent.trim() || e.labels?.length)).map((e) => e.outerHTML)"))
        .as("without a name")
        .isEmpty();
    assertThat(page.driver().getTitle().toLowerCase(Locale.ROOT)).contains("tell me");
  }
}
