package org.gta4j.server.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Deque's axe-core, which looks for what keeps people from using a page. */
final class Axe {
  private static final String SCRIPT = script();

  private Axe() {}

  private static String script() {
    try (InputStream in = Axe.class.getResourceAsStream("/axe.min.js")) {
      return new String(
          Objects.requireNonNull(in, "axe.min.js").readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Checks that all of its rules are kept by what the page shows now. */
  static void check(String state, ChatPage page) {
    if (!page.isTrue("window.axe")) {
      page.js(SCRIPT);
    }
    Object found =
        page.driver()
            .executeAsyncScript(
                "const done = arguments[0]; axe.run(document, {resultTypes: ['violations']})"
                    + ".then(({violations, passes}) => done(JSON.stringify({violations: violations.map(({id, help, nodes}) =>"
                    + " ({id, help, nodes: nodes.map(({html, failureSummary}) => ({html, failureSummary}))})),"
                    + " passes: passes.length})), (e) => done(JSON.stringify({violations: [String(e)], passes: 0})))");
    JsonNode result = JsonMapper.shared().readTree(String.valueOf(found));
    assertThat(result.path("violations")).as(state).isEmpty();
    assertThat(result.path("passes").asInt()).as("rules that were looked at").isGreaterThan(15);
  }
}
