package org.gta4j.server.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** What a model may write, and what becomes of it on the page. */
@Timeout(120)
@ExtendWith(WithBrowser.class)
class MarkdownTest {
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

  private static JsonNode show(ChatPage page, String markdown) {
    front.says(markdown);
    return page.ask("?");
  }

  @Test
  void markupDoesNothing(ChatPage page) {
    page.open(front.address());
    page.js("window.acted = []; window.alert = (...what) => acted.push(what)");
    String[] attacks = {
      "<script>alert(1)</script>",
      "<img src=x onerror=alert(2)>",
      "<svg onload=alert(3)><a xlink:href='javascript:alert(3)'>x</a></svg>",
      "<iframe srcdoc='<script>parent.alert(4)</script>'></iframe>",
      "<a href='javascript:alert(5)'>five</a>",
      "[six](javascript:alert(6)) [six](JaVaScRiPt&colon;alert(6)) <javascript:alert(6)>",
      "[seven](data:text/html,<script>alert(7)</script>) [seven](vbscript:alert(7))",
      "![eight](https://example.org/pixel.png) ![eight](x \"onerror=alert(8)\")",
      "<style>body { display: none }</style><link rel=stylesheet href=https://example.org/x.css>",
      "<form action=https://example.org/><input name=q><button>go</button></form>",
      "`<img src=x onerror=alert(11)>`\n\n```html\n<script>alert(11)</script>\n```",
      "<details open ontoggle=alert(12)><summary>s</summary></details>",
      "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(13)>",
      "<base href=https://example.org/><meta http-equiv=refresh content='0;url=https://example.org/'>",
      "[x]: https://example.org/'onmouseover='alert(14)\n\n[x] and <https://example.org/\"onclick=\"alert(14)>",
      "| <img src=x onerror=alert(15)> |\n|---|\n| <b onclick=alert(15)>b</b> |",
      "# <img src=x onerror=alert(16)>\n> <script>alert(16)</script>\n\n- <object data=https://example.org/>",
      "<div id=prompt name=cookie class=\"skip\" style=\"position:fixed;inset:0\">over everything</div>",
      "```\" onmouseover=\"alert(18)\nx\n```"
    };
    for (String attack : attacks) {
      show(page, attack);
    }
    String content = "document.querySelectorAll('[data-role=assistant] .content ";
    for (String tag :
        List.of(
            "script",
            "img",
            "svg:not(.icon)",
            "iframe",
            "style",
            "link",
            "form",
            "input",
            "details",
            "math",
            "base",
            "meta",
            "object",
            "[style]",
            "[id]",
            "b",
            ".skip")) {
      assertThat(page.count("[data-role=assistant] .content " + tag)).as(tag).isZero();
    }
    assertThat(
            page.value(
                "["
                    + "..."
                    + content
                    + "*')].flatMap((e) => [...e.attributes]).map((a) => a.name).filter((n) => n.startsWith('on'))"))
        .isEmpty();
    page.value("[..." + content + "a')].map((a) => a.href)")
        .forEach(link -> assertThat(link.stringValue()).startsWith("https://example.org/"));
    assertThat(page.value("acted")).isEmpty();
    // It is shown as it was written.
    assertThat(page.texts("[data-role=assistant] .content").getFirst())
        .isEqualTo("<script>alert(1)</script>");
    assertThat(page.texts("[data-role=assistant] .content").get(7)).contains("[Picture: eight]");
    // The reader's own messages too, and titles.
    page.reload();
    front.says("ok");
    page.ask("<img src=x onerror=alert(20)>");
    assertThat(page.count("main img, nav img")).isZero();
    assertThat(page.isTrue("window.acted")).as("there was no alert to replace").isFalse();
  }

  @Test
  void markdownIsShownAsSuch(ChatPage page) {
    page.open(front.address());
    show(
        page,
        """
        # One
        Some *emphasis*, **more**, `code`, ~~gone~~, H<sub>2</sub>O, [a link](https://example.org/a "t").
        A line of its own.

        ### Three
        1. first
           - within
        2. second

        | a | b |
        |:--|--:|
        | 1 | 2 |

        > said

        ```java
        int x = 1 < 2 ? 3 : 4; // <b>
        ```
        """);
    String content = "[data-role=assistant] .content ";
    Map<String, String> expected =
        Map.of(
            "em", "emphasis",
            "strong", "more",
            "p code", "code",
            "del", "gone",
            "sub", "2",
            "ol > li:last-child", "second",
            "td[align=right]", "2",
            "blockquote p", "said",
            "pre code", "int x = 1 < 2 ? 3 : 4; // <b>",
            ".code-head span", "java");
    expected.forEach((css, text) -> assertThat(page.text(content + css)).as(css).isEqualTo(text));
    assertThat(page.find(content + "a").getDomAttribute("rel"))
        .isEqualTo("noopener noreferrer nofollow");
    assertThat(page.find(content + "a").getDomAttribute("target")).isEqualTo("_blank");
    // Headings of an answer stand below the page's own: title, who speaks, and then these.
    assertThat(
            page.value(
                "[...document.querySelectorAll(arguments[0])].map((e) => e.getAttribute('aria-level'))",
                content + "[role=heading]"))
        .hasToString("[\"3\",\"4\"]");
  }

  @Test
  void codeAndAnswersAreCopied(ChatPage page) {
    page.open(front.address());
    page.devTools(
        "Browser.grantPermissions",
        Map.of("permissions", new String[] {"clipboardReadWrite", "clipboardSanitizedWrite"}));
    String markdown = "Here:\n\n```sh\necho \"a  b\" > c\n```\n\nand **that** is it.";
    show(page, markdown);
    page.click(".copy-code");
    assertThat(clipboard(page)).isEqualTo("echo \"a  b\" > c\n");
    assertThat(page.said()).endsWith("Copied");
    page.click(".copy");
    assertThat(clipboard(page)).isEqualTo(markdown);
  }

  private static String clipboard(ChatPage page) {
    Object text =
        page.driver()
            .executeAsyncScript(
                "navigator.clipboard.readText().then(arguments[0], (e) => arguments[0](String(e)))");
    return String.valueOf(text);
  }

  @Test
  void reasoningIsShownApart(ChatPage page) {
    page.open(front.address());
    front.next(answering -> answering.thinks("Two and ").thinks("two…").says("Four.").ends());
    JsonNode answer = page.ask("2 + 2?");
    assertThat(answer.path("reasoning").stringValue()).isEqualTo("Two and two…");
    assertThat(page.text("[data-role=assistant] .content")).isEqualTo("Four.");
    assertThat(page.isShown(".thoughts")).isFalse();
    page.click(".reasoning summary");
    assertThat(page.isShown(".thoughts")).isTrue();
    // It is no part of what the model is asked next.
    show(page, "Five.");
    assertThat(front.asked().getLast().at("/messages/1/content").stringValue()).isEqualTo("Four.");
  }

  @Test
  void whatRepeatsTakesNoLongTime(ChatPage page) {
    page.open(front.address());
    for (String piece : List.of("[", "> ", "- ", "*", "`", "| a ", "[x](", "<a ", "**a*")) {
      long began = System.nanoTime();
      show(page, piece.repeat(20_000 / piece.length()));
      assertThat((System.nanoTime() - began) / 1e9).as("seconds for %s", piece).isLessThan(10);
    }
  }
}
