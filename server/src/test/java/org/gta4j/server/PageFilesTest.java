package org.gta4j.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.gta4j.generate.LanguageModel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The chat page's files, as a browser gets them. */
@Timeout(60)
class PageFilesTest {
  private static final Pattern REFERENCE =
      Pattern.compile("(?:src|href)=\"(page/[^\"]+)\"|from '\\./([^']+)'");

  @Test
  void everyFileIsThereAndMayLoadNothingFromElsewhere(@TempDir Path folder) {
    try (LanguageModel model = TestModels.chat(folder, 64);
        TestServer server = TestServer.start(model)) {
      TestServer.Reply page = server.get("/").ok();
      assertThat(page.header("content-type")).isEqualTo("text/html; charset=utf-8");
      assertThat(page.header("content-security-policy"))
          .contains(
              "default-src 'none'",
              "script-src 'self'",
              "require-trusted-types-for 'script'",
              "base-uri 'none'",
              "form-action 'self'",
              "frame-ancestors 'none'")
          .doesNotContain("unsafe", "http", "*");
      assertThat(page.header("x-content-type-options")).isEqualTo("nosniff");
      assertThat(page.header("referrer-policy")).isEqualTo("no-referrer");
      Set<String> files = new LinkedHashSet<>(references(page.text()));
      assertThat(files).contains("page/app.js", "page/page.css", "page/theme.js");
      for (Deque<String> open = new ArrayDeque<>(files); !open.isEmpty(); ) {
        String file = open.remove();
        TestServer.Reply reply = server.get("/" + file).ok();
        assertThat(reply.header("content-type"))
            .isEqualTo(
                file.endsWith(".css")
                    ? "text/css; charset=utf-8"
                    : "text/javascript; charset=utf-8");
        assertThat(reply.header("content-security-policy")).isNotEmpty();
        references(reply.text()).stream().filter(files::add).forEach(open::add);
      }
      assertThat(files).contains("page/marked.js", "page/purify.js", "page/markdown.js");
      for (String none :
          List.of("nothing.js", "..%2findex.html", "index", "page.css.map", "PAGE.CSS")) {
        server.get("/page/" + none).error(404);
      }
    }
  }

  private static List<String> references(String text) {
    return REFERENCE.matcher(text).results().map(PageFilesTest::file).toList();
  }

  private static String file(MatchResult found) {
    return found.group(1) != null ? found.group(1) : "page/" + found.group(2);
  }
}
