package org.gta4j.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.Map;
import org.gta4j.template.Template;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ListLiteralTest {
  /** Whatever a template writes of a list is read again. */
  @Test
  void whatATemplateWritesIsRead() {
    List<String> texts =
        List.of("plain", "it's", "say \"so\"", "it's \"so\"", "a\nb\t\\c", "für, [x]", "", "😀");
    String written = Template.parse("{{[a, b, c, d, e, f, g, h]}}").render(variables(texts));
    assertThat(ListLiteral.parse(written)).isEqualTo(texts);
  }

  private static Map<String, String> variables(List<String> texts) {
    return Map.of(
        "a", texts.get(0),
        "b", texts.get(1),
        "c", texts.get(2),
        "d", texts.get(3),
        "e", texts.get(4),
        "f", texts.get(5),
        "g", texts.get(6),
        "h", texts.get(7));
  }

  @Test
  void escapesAreCharacters() {
    assertThat(ListLiteral.parse(" ['\\x41\\u00fc\\U0001F600\\'', \"b\" ] "))
        .containsExactly("Aü😀'", "b");
    assertThat(ListLiteral.parse("[]")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a", "['a'", "['a' 'b']", "['a]", "[1]", "['a'] x", "['\\x4"})
  void whatIsNoListIsRefused(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ListLiteral.parse(text))
        .withMessageContaining("expected ");
  }
}
