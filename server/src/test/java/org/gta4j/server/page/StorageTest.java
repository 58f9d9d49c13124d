package org.gta4j.server.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WindowType;
import tools.jackson.databind.JsonNode;

/** Conversations stay in the browser, whatever happens to its storage. */
@Timeout(120)
@ExtendWith(WithBrowser.class)
class StorageTest {
  private static final String KEY = "gta4j.conversation.";

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

  private static void converse(ChatPage page, String... messages) {
    for (String message : messages) {
      front.says("Answer to " + message);
      page.ask(message);
    }
  }

  @Test
  void conversationsAreKept(ChatPage page) {
    page.open(front.address()).set("system", "Be kind.", "seed", "3");
    converse(page, "First", "Second");
    page.click("#new-conversation");
    assertThat(page.focus()).isEqualTo("prompt");
    converse(page, "Another");
    assertThat(page.texts("#conversations .open")).containsExactly("Another", "First");
    page.reload();
    assertThat(page.text("#title")).isEqualTo("Another");
    assertThat(page.texts(".message .content")).containsExactly("Another", "Answer to Another");
    page.all("#conversations .open").getLast().click();
    assertThat(page.texts(".message .content"))
        .containsExactly("First", "Answer to First", "Second", "Answer to Second");
    assertThat(page.conversation().path("system").stringValue()).isEqualTo("Be kind.");
    assertThat(page.conversation().at("/parameters/seed").asInt()).isEqualTo(3);

    page.click(".rename");
    page.press("The first one", Keys.ENTER);
    ChatPage.await("the name", () -> page.text("#title").equals("The first one"));
    assertThat(page.driver().getTitle()).isEqualTo("The first one – gta4j");
    page.click(".delete");
    assertThat(page.focus()).as("nothing is deleted by mistake").isEqualTo("ask-cancel");
    page.press(Keys.ESCAPE);
    assertThat(page.texts("#conversations .open")).containsExactly("Another", "The first one");
    page.click(".delete");
    page.click("#ask-ok");
    ChatPage.await("it to go", () -> page.texts("#conversations .open").size() == 1);
    page.reload();
    assertThat(page.texts("#conversations .open")).containsExactly("Another");
  }

  @Test
  void whatIsTypedWaitsInItsConversation(ChatPage page) {
    page.open(front.address());
    converse(page, "First");
    page.find("#prompt").sendKeys("a draft");
    page.click("#new-conversation");
    assertThat(page.find("#prompt").getDomProperty("value")).isEmpty();
    page.click("#conversations .open");
    assertThat(page.find("#prompt").getDomProperty("value")).isEqualTo("a draft");
  }

  @Test
  void anAnswerInAnotherConversationGoesOn(ChatPage page) {
    CountDownLatch rest = new CountDownLatch(1);
    page.open(front.address());
    front.next(answering -> answering.says("Slow").waits(rest).says("ly.").ends());
    page.send("One");
    ChatPage.await("the beginning", () -> page.texts(".content").getLast().equals("Slow"));
    page.click("#new-conversation");
    assertThat(page.text("#conversations .running")).isEqualTo("answering");
    converse(page, "Two");
    rest.countDown();
    ChatPage.await("the end", () -> page.said().contains("The answer in “One” is finished"));
    page.all("#conversations .open").stream()
        .filter(open -> open.getText().equals("One"))
        .findFirst()
        .orElseThrow()
        .click();
    assertThat(page.texts(".content")).containsExactly("One", "Slowly.");
  }

  @Test
  void aReloadAmidAnAnswerKeepsWhatCame(ChatPage page) {
    CountDownLatch rest = new CountDownLatch(1);
    page.open(front.address());
    front.next(answering -> answering.says("It was").waits(rest).breaks());
    page.send("One");
    ChatPage.await("the beginning", () -> page.texts(".content").getLast().equals("It was"));
    page.reload();
    rest.countDown();
    assertThat(page.texts(".content")).containsExactly("One", "It was");
    assertThat(page.text(".stats")).isEqualTo("unfinished");
    front.says("Whole.");
    page.click(".regenerate");
    assertThat(page.awaitAnswer().path("content").stringValue()).isEqualTo("Whole.");
  }

  @Test
  void aFullStorageIsSaid(ChatPage page) {
    page.open(front.address());
    converse(page, "Before");
    page.js(
        "for (let size = 1 << 22; size >= 1; size >>= 1) { try { for (let i = 0; ; i++)"
            + " localStorage['filler' + size + '.' + i] = 'x'.repeat(size); } catch {} }");
    converse(page, "After");
    assertThat(page.text("#notice")).startsWith("The browser’s storage is full.");
    assertThat(page.texts(".content")).contains("Answer to After");
    assertThat(page.conversation().path("messages").size()).as("what was kept").isEqualTo(2);
    page.js(
        "for (const key of Object.keys(localStorage)) if (key.startsWith('filler')) delete localStorage[key]");
    converse(page, "Later");
    assertThat(page.isShown("#notice .notice")).isFalse();
    assertThat(page.conversation().path("messages").size()).isEqualTo(6);
  }

  @Test
  void aBrowserThatStoresNothingWillDo(ChatPage page) {
    page.open(front.address());
    page.devTools(
        "Page.addScriptToEvaluateOnNewDocument",
        Map.of(
            "source",
            "for (const name of ['localStorage', 'sessionStorage']) Object.defineProperty(window, name,"
                + " {get() { throw new DOMException('not here', 'SecurityError'); }})"));
    page.reload();
    assertThat(page.text("#notice"))
        .startsWith("The browser does not let this page store anything");
    front.says("Hello.");
    page.send("Hi");
    ChatPage.await("the answer", () -> page.texts(".content").contains("Hello."));
    page.click("#new-conversation");
    page.click("#conversations .open");
    assertThat(page.texts(".content")).containsExactly("Hi", "Hello.");
    page.click("#theme-switch");
    assertThat(page.find("html").getDomAttribute("data-theme")).isEqualTo("dark");
  }

  @Test
  void damagedStorageHarmsNothingElse(ChatPage page) {
    page.open(front.address());
    converse(page, "Whole");
    page.js(
        "const whole = localStorage[Object.keys(localStorage).find((key) => key.startsWith(arguments[0]))];"
            + "const id = (n) => String(n).padStart(24, '0');"
            + "const put = (n, text) => { localStorage[arguments[0] + id(n)] = text; };"
            + "put(1, whole.slice(0, 40)); put(2, 'null'); put(3, '[]'); put(4, '{}'); put(5, whole);"
            + "put(6, JSON.stringify({...JSON.parse(whole), id: id(6), version: 99}));"
            + "put(7, JSON.stringify({...JSON.parse(whole), id: id(7), messages: [{role: 'user', content: 7}]}));"
            + "put(8, JSON.stringify({...JSON.parse(whole), id: id(8), title: 8, parameters: 'x', mode: {}, changed: 'x'}));"
            + "localStorage['gta4j.settings'] = '{\"parameters\": [1, \"x\"], \"system\": 4, \"mode\": null';"
            + "localStorage['gta4j.theme'] = 'purple'; localStorage['somebody.else'] = 'x';",
        KEY);
    page.reload();
    assertThat(page.text("#unreadable")).startsWith("7 stored conversations cannot be read: ");
    assertThat(page.text("#unreadable")).contains("it was written by a newer version of this page");
    assertThat(page.texts("#conversations .open")).containsExactly("Whole", "Whole");
    converse(page, "Goes on");
    page.click(".delete-unreadable");
    page.click("#ask-ok");
    ChatPage.await("them to go", () -> !page.isShown("#unreadable"));
    assertThat(page.value("Object.keys(localStorage)").valueStream().map(JsonNode::stringValue))
        .filteredOn(key -> key.startsWith(KEY))
        .hasSize(2);
    assertThat(page.value("localStorage['somebody.else']").stringValue()).isEqualTo("x");
  }

  @Test
  void conversationsGoToAFileAndBack(ChatPage page, @TempDir Path files) throws IOException {
    page.open(front.address());
    page.devTools(
        "Browser.setDownloadBehavior",
        Map.of("behavior", "allow", "downloadPath", files.toString()));
    converse(page, "First");
    page.click("#new-conversation");
    converse(page, "Second");
    page.click("#settings-open");
    page.click("#export-all");
    Path file = files.resolve("gta4j-conversations.json");
    ChatPage.await("the file", () -> Files.exists(file));
    page.js("localStorage.clear(); sessionStorage.clear()");
    page.reload();
    assertThat(page.all("#conversations .open")).isEmpty();
    page.click("#settings-open");
    Path wrong =
        Files.writeString(files.resolve("wrong.json"), "{\"conversations\": [{\"version\": 1}]}");
    page.js("document.getElementById('import').hidden = false");
    page.find("#import").sendKeys(wrong.toString());
    ChatPage.await("the refusal", () -> !page.text("#import-result").isEmpty());
    assertThat(page.text("#import-result"))
        .isEqualTo("Conversation 1 of the file cannot be read: it has no id.");
    page.find("#import").sendKeys(file.toString());
    ChatPage.await("both", () -> page.text("#import-result").equals("2 conversations imported."));
    assertThat(page.texts("#conversations .open")).containsExactly("Second", "First");
  }

  @Test
  void twoTabsLoseNothing(ChatPage page) {
    page.open(front.address());
    converse(page, "Shared");
    String first = page.driver().getWindowHandle();
    page.driver().switchTo().newWindow(WindowType.TAB);
    page.driver().get(front.address());
    page.ready();
    assertThat(page.texts(".content")).contains("Answer to Shared");
    String second = page.driver().getWindowHandle();
    converse(page, "From the second");
    page.driver().switchTo().window(first);
    ChatPage.await("the first to follow", () -> page.count(".message") == 4);
    // Both write at once: one of them becomes a copy.
    CountDownLatch rest = new CountDownLatch(1);
    front.next(answering -> answering.says("Slow").waits(rest).says("ly.").ends());
    page.send("From the first");
    ChatPage.await("the beginning", () -> page.texts(".content").getLast().equals("Slow"));
    page.driver().switchTo().window(second);
    ChatPage.await("the second to follow", () -> page.count(".message") == 6);
    converse(page, "From the second again");
    page.driver().switchTo().window(first);
    rest.countDown();
    page.awaitAnswer();
    assertThat(page.text("#notice")).startsWith("Another tab changed this conversation too.");
    assertThat(page.texts("#conversations .open"))
        .containsExactlyInAnyOrder("Shared", "Shared (copy)");
    assertThat(page.texts(".content")).contains("Slowly.");
    page.driver().switchTo().window(second);
    assertThat(page.texts(".content")).contains("Answer to From the second again");
    page.click(".delete");
    page.click("#ask-ok");
    ChatPage.await(
        "the copy", () -> page.texts("#conversations .open").equals(List.of("Shared (copy)")));
    page.driver().close();
    page.driver().switchTo().window(first);
    ChatPage.await("one to be left", () -> page.all("#conversations .open").size() == 1);
  }

  @Test
  void aLongConversationStaysQuick(ChatPage page) {
    page.open(front.address());
    converse(page, "Begin");
    page.js(
        "const key = Object.keys(localStorage).find((k) => k.startsWith(arguments[0]));"
            + "const whole = JSON.parse(localStorage[key]); const [, answer] = whole.messages;"
            + "for (let i = 0; i < 400; i++) whole.messages.push({role: 'user', content: 'Question ' + i},"
            + " {role: 'assistant', shown: 0, versions: [{...answer.versions[0], content: '## Answer ' + i +"
            + " '\\n\\n- *one*\\n- two\\n\\n```js\\nlet x = 1;\\n```\\n\\n' + 'Many words follow. '.repeat(40)}]});"
            + "localStorage[key] = JSON.stringify(whole);",
        KEY);
    long began = System.nanoTime();
    page.reload();
    ChatPage.await("all messages", () -> page.count(".message") == 802);
    double loading = (System.nanoTime() - began) / 1e9;
    page.js(
        "window.touched = new Set(); window.longest = 0;"
            + "new MutationObserver((all) => all.forEach(({target}) => touched.add(target.closest?.('.message'))))"
            + ".observe(document.getElementById('messages'), {subtree: true, childList: true});"
            + "new PerformanceObserver((list) => { for (const task of list.getEntries())"
            + " longest = Math.max(longest, task.duration); }).observe({entryTypes: ['longtask']});");
    front.next(answering -> {
      for (int i = 0; i < 200; i++) {
        answering.says("word ");
      }
      answering.ends();
    });
    page.ask("And now?");
    // Messages before are let alone, but that the last of them lose their buttons.
    assertThat(page.value("touched.size").asInt()).isLessThan(8);
    double longest = page.value("longest").doubleValue();
    assertThat(loading).as("seconds to load").isLessThan(15);
    assertThat(longest).as("longest task in ms").isLessThan(1500);
  }
}
