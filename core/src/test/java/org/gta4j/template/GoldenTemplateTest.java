package org.gta4j.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What Python's jinja2 3.1.6 makes of templates, set up as transformers 5.24 sets it up for chat
 * templates. The first line of the golden file is what all of them are given.
 */
class GoldenTemplateTest {
  private static List<JsonNode> lines() throws IOException {
    List<JsonNode> lines = new ArrayList<>();
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(
                java.util.Objects.requireNonNull(
                    GoldenTemplateTest.class.getResourceAsStream("golden.jsonl")),
                StandardCharsets.UTF_8))) {
      for (String line : reader.lines().toList()) {
        lines.add(JsonMapper.shared().readTree(line));
      }
    }
    return lines;
  }

  static List<JsonNode> templates() throws IOException {
    List<JsonNode> lines = lines();
    return lines.subList(1, lines.size());
  }

  @ParameterizedTest
  @MethodSource("templates")
  @SuppressWarnings("unchecked")
  void everyTemplateGivesWhatPythonGives(JsonNode golden) throws IOException {
    Map<String, ?> variables = JsonMapper.shared().convertValue(lines().getFirst(), Map.class);
    String source = golden.path("source").stringValue();
    if (golden.has("text")) {
      assertThat(Template.parse(source).render(variables))
          .as(source)
          .isEqualTo(golden.path("text").stringValue());
    } else {
      assertThatExceptionOfType(TemplateException.class)
          .as(source + ": " + golden.path("error").stringValue())
          .isThrownBy(() -> Template.parse(source).render(variables));
    }
  }

  @Test
  void timeIsEnglish() {
    Clock clock = Clock.fixed(Instant.parse("2026-03-04T15:06:07Z"), ZoneOffset.UTC);
    assertThat(
            Template.parse("{{ strftime_now('%d %B %Y, %A %b %y %H:%M:%S %I %p %j %% %q') }}")
                .render(Map.of(), clock))
        .isEqualTo("04 March 2026, Wednesday Mar 26 15:06:07 03 PM 063 % %q");
  }

  @Test
  void raisedExceptionsAreKnown() {
    assertThatExceptionOfType(TemplateException.class)
        .isThrownBy(() -> Template.parse("{{ raise_exception('no') }}").render(Map.of()))
        .withMessage("no")
        .matches(TemplateException::isRaised);
  }
}
