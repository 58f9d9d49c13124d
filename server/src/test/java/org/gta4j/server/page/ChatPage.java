package org.gta4j.server.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.WindowType;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The chat page as a reader uses it, and what only a test looks at. */
final class ChatPage {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** Keeps what a screen reader is told. */
  private static final String LISTEN =
      "window.said = []; new MutationObserver(() => said.push(document.getElementById('announcer').textContent))"
          + ".observe(document.getElementById('announcer'), {childList: true})";

  private final ChromeDriver driver;
  private final List<String> allowed = new ArrayList<>();
  private String address = "";

  ChatPage(ChromeDriver driver) {
    this.driver = driver;
  }

  /** Opens the page of a server in a new tab, with nothing stored. */
  ChatPage open(String server) {
    if (address.isEmpty()) {
      newTab();
    }
    address = server.endsWith("/") ? server : server + "/";
    String origin = server.replaceFirst("(://[^/]*).*", "$1");
    devTools("Storage.clearDataForOrigin", Map.of("origin", origin, "storageTypes", "all"));
    prefer("light");
    driver.get(address);
    return ready();
  }

  private void newTab() {
    Set<String> others = driver.getWindowHandles();
    driver.switchTo().newWindow(WindowType.TAB);
    String own = driver.getWindowHandle();
    for (String other : others) {
      driver.switchTo().window(other).close();
    }
    driver.switchTo().window(own);
    // What the tabs before have said is no concern of this one.
    driver.manage().logs().get(LogType.BROWSER);
    driver.manage().logs().get(LogType.PERFORMANCE);
  }

  ChatPage ready() {
    await(
        "the page to know how the server does", () -> !text("#server-state").equals("Connecting…"));
    await(
        "the page to know the model",
        () -> !text("#model-facts").isEmpty() || isShown("#key-form"));
    js(LISTEN);
    return this;
  }

  ChatPage reload() {
    driver.navigate().refresh();
    return ready();
  }

  ChromeDriver driver() {
    return driver;
  }

  /** Speaks the browser's own protocol. */
  void devTools(String command, Map<String, Object> parameters) {
    driver.executeCdpCommand(command, parameters);
  }

  /** What the system prefers: {@code dark} or {@code light}. */
  void prefer(String colours) {
    devTools(
        "Emulation.setEmulatedMedia",
        Map.of(
            "features",
            List.of(
                Map.of("name", "prefers-color-scheme", "value", colours),
                // Nothing is on its way when a test looks.
                Map.of("name", "prefers-reduced-motion", "value", "reduce"))));
  }

  /** Gives the window the width of a phone. */
  void narrow() {
    devTools(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", 390, "height", 844, "deviceScaleFactor", 2, "mobile", false));
  }

  @Nullable Object js(String script, Object... arguments) {
    return driver.executeScript(script, arguments);
  }

  boolean isTrue(String expression, Object... arguments) {
    return Boolean.TRUE.equals(js("return Boolean(" + expression + ")", arguments));
  }

  /** A value of the page, as JSON. */
  JsonNode value(String expression, Object... arguments) {
    Object text = js("return JSON.stringify(" + expression + ")", arguments);
    return JsonMapper.shared().readTree(Objects.requireNonNull(text, expression).toString());
  }

  WebElement find(String css) {
    return driver.findElement(By.cssSelector(css));
  }

  List<WebElement> all(String css) {
    return driver.findElements(By.cssSelector(css));
  }

  int count(String css) {
    return value("document.querySelectorAll(arguments[0]).length", css).asInt();
  }

  /**
   * The text of an element, seen or not, without the white space around it; empty where there is
   * none.
   */
  String text(String css) {
    return value("document.querySelector(arguments[0])?.textContent.trim() ?? ''", css)
        .stringValue();
  }

  /** The texts of elements, without the white space around them. */
  List<String> texts(String css) {
    return value(
            "[...document.querySelectorAll(arguments[0])].map((e) => e.textContent.trim())", css)
        .valueStream()
        .map(JsonNode::stringValue)
        .toList();
  }

  boolean isShown(String css) {
    return isTrue(
        "document.querySelector(arguments[0])?.checkVisibility({visibilityProperty: true})", css);
  }

  void click(String css) {
    find(css).click();
  }

  /** Presses keys wherever the focus is. */
  void press(CharSequence... keys) {
    new Actions(driver).sendKeys(keys).perform();
  }

  void pressWith(Keys modifier, CharSequence key) {
    new Actions(driver).keyDown(modifier).sendKeys(key).keyUp(modifier).perform();
  }

  /** What has the focus: its id, or else its class. */
  String focus() {
    return value("document.activeElement.id || document.activeElement.className").stringValue();
  }

  /** Writes a message and sends it; the answer is then being written. */
  void send(String message) {
    find("#prompt").sendKeys(message, Keys.ENTER);
  }

  /** Sends a message and waits for all of the answer. */
  JsonNode ask(String message) {
    int before = count(".message");
    send(message);
    await("an answer to begin", () -> count(".message") > before);
    return awaitAnswer();
  }

  /** Waits until nothing is being written; the answer that is shown last, as it is stored. */
  JsonNode awaitAnswer() {
    await("the answer to end", () -> !isTrue("'running' in document.body.dataset"));
    return answer();
  }

  /** The answer that is shown last, as it is stored. */
  JsonNode answer() {
    JsonNode last = conversation().path("messages").get(conversation().path("messages").size() - 1);
    return last.path("versions").get(last.path("shown").asInt());
  }

  /** The conversation that is shown, as it is stored. */
  JsonNode conversation() {
    return value("JSON.parse(localStorage['gta4j.conversation.' + sessionStorage['gta4j.open']])");
  }

  /** Fills fields of the settings: ids and what they are to hold, in turn. */
  void set(String... fields) {
    click("#settings-open");
    for (int i = 0; i < fields.length; i += 2) {
      WebElement field = find("#" + fields[i]);
      if (field.getTagName().equals("select")) {
        field.findElement(By.cssSelector("[value='%s']".formatted(fields[i + 1]))).click();
      } else {
        field.clear();
        field.sendKeys(fields[i + 1]);
      }
    }
    click("#settings-close");
  }

  /** What a screen reader was told since the page was opened. */
  List<String> said() {
    return value("window.said").valueStream().map(JsonNode::stringValue).toList();
  }

  /** The browser's complaints may have this in them; others fail the test at its end. */
  void expectError(String part) {
    allowed.add(part);
  }

  static void await(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime() - deadline).as("waited for %s", what).isNegative();
      try {
        Thread.sleep(10);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  /** Checks what the browser noted during the test, and keeps nothing of it. */
  void end(boolean check) {
    List<LogEntry> complaints = driver.manage().logs().get(LogType.BROWSER).getAll();
    List<LogEntry> network = driver.manage().logs().get(LogType.PERFORMANCE).getAll();
    if (!check) {
      return;
    }
    assertThat(complaints)
        .extracting(LogEntry::getMessage)
        .allMatch(message -> allowed.stream().anyMatch(message::contains));
    for (LogEntry entry : network) {
      JsonNode event = JsonMapper.shared().readTree(entry.getMessage()).path("message");
      if (event.path("method").asString("").equals("Network.requestWillBeSent")) {
        String url = event.at("/params/request/url").stringValue();
        assertThat(
                url.startsWith("data:")
                    || url.startsWith("blob:")
                    || url.startsWith("http://127.0.0.1:"))
            .as("asked for %s", url)
            .isTrue();
      }
    }
  }
}
