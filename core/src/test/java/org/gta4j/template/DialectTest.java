package org.gta4j.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DialectTest {
  private static final String SOURCE = "a\n  {% if true %}\nb\n  {% endif %}\n{{ 1 }}\n";

  @Test
  void onlyChatsLoseWhiteSpaceAroundStatements() {
    assertThat(Template.parse(SOURCE).render(Map.of())).isEqualTo("a\nb\n1");
    assertThat(Template.parse(SOURCE, Dialect.EXACT).render(Map.of()))
        .isEqualTo("a\n  \nb\n  \n1\n");
    assertThat(Template.parse("a {%- if true -%} b {%- endif %}\n", Dialect.EXACT).render(Map.of()))
        .isEqualTo("ab\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"{{ x }}", "{{ a.x }}", "{{ x | trim }}", "{{ 'a' ~ x }}", "{{ [x] | join }}"})
  void whatIsNotThereIsWrittenInChatsOnly(String source) {
    Map<String, ?> variables = Map.of("a", Map.of("b", 1L));
    assertThat(Template.parse(source).render(variables)).matches("a?");
    assertThatExceptionOfType(TemplateException.class)
        .isThrownBy(() -> Template.parse(source, Dialect.EXACT).render(variables))
        .withMessageContaining("is not defined");
    assertThat(Template.parse("{{ x | default('y') }}", Dialect.EXACT).render(variables))
        .isEqualTo("y");
  }
}
