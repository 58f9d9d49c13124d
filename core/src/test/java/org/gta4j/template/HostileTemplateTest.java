package org.gta4j.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.List;
import java.util.Map;
import org.gta4j.ops.ChildJvm;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Templates that were made to take time or memory, or to get out of the language. */
class HostileTemplateTest {
  /** Each of these would run for ever or fill any memory. */
  static final List<String> ENDLESS =
      List.of(
          "{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}",
          "{% for a in range(1000000000000) %}x{% endfor %}",
          "{{ range(0, 100000000000, 1) }}",
          "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
          "{% macro m(n) %}{{ m(n + 1) }}{{ m(n + 1) }}{% endmacro %}{{ m(0) }}",
          "{% set ns = namespace(x='a') %}{% for i in range(100) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}",
          "{% set ns = namespace(x=[1]) %}{% for i in range(100) %}{% set ns.x = ns.x + ns.x %}{% endfor %}",
          "{% set ns = namespace(x=[]) %}{% for i in range(100000) %}{% set ns.x = [ns.x] %}{% endfor %}{{ ns.x }}",
          "{% set ns = namespace(x=1) %}{% for i in range(100) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x }}",
          "{% set ns = namespace(x=1) %}{% for i in range(90) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x | tojson(indent=4) }}",
          "{% set ns = namespace(x=1) %}{% for i in range(90) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x == ns.x + [] }}",
          "{{ 'x' * 10000000000 }}",
          "{{ [0] * 10000000000 }}",
          "{{ '' * 9223372036854775807 }}",
          "{{ 'x'.center(2000000000) }}",
          "{{ 'x'.ljust(2000000000, 'y') }}",
          "{{ 'x'.rjust(9223372036854775807, '\ud83d\ude00') | length }}",
          "{{ 'a'.ljust(2305843009213693952 + 268435456, 'abcd') | length }}",
          "{{ 'x' * 9223372036854775807 }}{{ 'xx' * 4611686018427387904 }}",
          "{{ '1'.zfill(2147483647) }}",
          "{{ '%2000000000d' % 1 }}",
          "{{ ('x' * 10000000) | indent(1000, true) | indent(1000, true) }}",
          "{{ ('\\n' * 1000000) | indent(1000, true, true) }}",
          "{{ ('a' * 1000000).replace('a', 'b' * 1000000) }}",
          "{{ ('a' * 1000000).replace('', 'b' * 1000) }}",
          "{{ ('a' * 10000000).count('a' * 5000000 ~ 'b') }}",
          "{{ ('a' * 10000000) in ('a' * 20000000) }}{{ ('a' * 1000000 ~ 'b') in ('a' * 20000000) }}",
          "{% set s = 'a' * 20000000 %}{% set w = 'a' * 63 ~ 'b' %}{% for i in range(100) %}{{ w in s }}{% endfor %}",
          "{% set s = 'a' * 20000000 %}{% set w = 'a' * 63 ~ 'b' %}{% for i in range(100) %}{{ s.find(w) }}{% endfor %}",
          "{% set s = 'a' * 20000000 %}{% set w = 'b' * 20000000 ~ 'a' %}{{ s.strip(w) }}",
          "{% set s = '\u20ac' * 20000000 %}{% set t = s ~ 'a' %}{% for i in range(100000) %}{{ s < t }}{% endfor %}",
          "{% set s = '1' * 20000000 %}{% for i in range(100000) %}{{ s.isdigit() }}{% endfor %}",
          "{% set s = 'a' * 20000000 %}{% for i in range(100000) %}{{ s is lower }}{% endfor %}",
          "{% set s = ' ' * 20000000 %}{% for i in range(100000) %}{{ s | wordcount }}{% endfor %}",
          "{% set s = 'a b ' * 1000000 %}{% for i in range(100000) %}{% set w = s.split() %}{% endfor %}",
          "{% set s = 'a' * 10000000 %}{% for i in range(100000) %}{{ s == 'a' * 10 }}{{ s | length }}{{ s[5] }}{% endfor %}",
          "{% set l = range(100000) | list %}{% for i in l %}{{ l | sort(reverse=true) | length }}{% endfor %}",
          "{% set l = range(100000) | list %}{% for i in l %}{{ -1 in l }}{% endfor %}",
          "{{ range(100000) | map('string') | join(',' * 100000) }}",
          "{{ [1] | batch(2000000000, 0) }}",
          "{{ 9 ** 9 ** 9 }}",
          "{{ 2 ** 9223372036854775807 }}",
          "{% for i in [[1]] recursive %}{{ loop([[1]]) }}{% endfor %}",
          "{{ ('{0}' * 100000).format('x' * 100000) }}");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{{ ''.getClass() }}",
        "{{ ''.getClass }}{{ ''.getClass.x }}",
        "{{ ''.class.forName('java.lang.Runtime') }}",
        "{{ ''['class']['forName']('java.lang.Runtime') }}",
        "{{ [].getClass() }}",
        "{{ {}.getClass() }}",
        "{{ {}.class.x }}",
        "{{ (1).getClass() }}",
        "{{ range.getClass() }}",
        "{{ loop.getClass() }}",
        "{{ namespace().values().clear() }}",
        "{{ ''.__class__.__mro__ }}",
        "{{ ''.__init__.__globals__ }}",
        "{{ self.x }}",
        "{{ 'x' | attr('getClass') }}{{ ('x' | attr('getClass'))() }}",
        "{% include 'config.json' %}",
        "{% import 'x' as x %}",
        "{% extends '/etc/passwd' %}",
        "{{ messages.append(1) }}",
        "{{ messages[0].update({'role': 'x'}) }}",
        "{{ messages[0].pop('role') }}",
        "{% set messages[0].role = 'x' %}",
        "{% set message.role = 'x' %}"
      })
  void thereIsNoWayToJavaOrToChangeWhatIsGiven(String source) {
    Map<String, ?> variables = Map.of("messages", List.of(Map.of("role", "user")));
    assertThatExceptionOfType(TemplateException.class)
        .isThrownBy(() -> Template.parse(source).render(variables));
    assertThat(variables).isEqualTo(Map.of("messages", List.of(Map.of("role", "user"))));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{{ 'a'.ljust(2305843009213693952 + 268435456, 'abcd') | length }}",
        "{{ 'a'.ljust(3, 'bc') }}",
        "{{ 'a'.rjust(0, 'bc') }}",
        "{{ 'a'.center(3, '') }}"
      })
  void textsAreFilledWithOneCharacter(String source) {
    assertThatExceptionOfType(TemplateException.class)
        .isThrownBy(() -> Template.parse(source).render(Map.of()))
        .withMessageContaining("expected one character to fill with");
  }

  @Test
  void numbersAtTheirEndsAreWidthsAsWell() {
    String source =
        "{{ 'a'.rjust(3, '\ud83d\ude00') }} {{ 'a'.ljust(least) }} {{ 'a'.zfill(least) }}"
            + " {{ 'ab' | truncate(1, leeway=9223372036854775807) }}";
    assertThat(Template.parse(source).render(Map.of("least", Long.MIN_VALUE)))
        .isEqualTo("\ud83d\ude00\ud83d\ude00a a a ab");
  }

  @Test
  void deepSourcesAreRefused() {
    for (String source :
        List.of(
            "{{ " + "(".repeat(100_000) + "1" + ")".repeat(100_000) + " }}",
            "{{ " + "-".repeat(100_000) + "1 }}",
            "{{ " + "[".repeat(100_000),
            "{{ 1" + " if 1 else 1".repeat(100_000) + " }}",
            "{{ 1" + " + 1".repeat(100_000) + " }}",
            "{{ x" + ".a".repeat(100_000) + " }}",
            "{{ x" + "|string".repeat(100_000) + " }}",
            "{% if 1 %}".repeat(100_000),
            "{% for x in y %}".repeat(50_000) + "{% endfor %}".repeat(50_000),
            "x".repeat(2 << 20))) {
      assertThatExceptionOfType(TemplateException.class)
          .as(source.substring(0, 20))
          .isThrownBy(() -> Template.parse(source).render(Map.of("x", Map.of("a", Map.of()))));
    }
    assertThat(Template.parse("{{ " + "not ".repeat(100_000) + "1 }}").render(Map.of()))
        .isEqualTo("True");
  }

  @Test
  void endlessTemplatesEnd() {
    List<String> output =
        ChildJvm.run(List.of("-Xmx256m"), EndlessTemplates.class, "in a small heap");
    assertThat(output)
        .filteredOn(line -> line.startsWith("ended in ") || line.startsWith("took "))
        .hasSize(ENDLESS.size())
        .allMatch(line -> line.startsWith("ended in "));
  }
}
