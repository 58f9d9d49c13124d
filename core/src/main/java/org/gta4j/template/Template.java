package org.gta4j.template;

import java.time.Clock;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A Jinja template, read. It is the language of Python's jinja2 as Hugging Face's libraries set it
 * up for chat templates: {@code trim_blocks} and {@code lstrip_blocks}, loops that can be left,
 * {@code generation} blocks, {@code raise_exception}, {@code strftime_now}, JSON without escapes of
 * letters.
 *
 * <p>A template gets no further than the values it is given: there are no Java objects in it, only
 * texts, numbers, truth values, lists and maps, which it cannot change. Rendering takes about two
 * seconds at most, and memory in proportion to what is rendered; more is refused.
 *
 * <p>Immutable.
 *
 * @see <a href="https://jinja.palletsprojects.com/en/stable/templates/">the language</a>
 */
public final class Template {
  private static final int LONGEST = 1 << 20;

  private final List<Node> body;
  private final Dialect dialect;

  private Template(List<Node> body, Dialect dialect) {
    this.body = body;
    this.dialect = dialect;
  }

  /**
   * Reads a chat's template.
   *
   * @throws TemplateException if it is none, with the line, what was expected and found
   */
  public static Template parse(String source) {
    return parse(source, Dialect.CHAT);
  }

  /**
   * Reads a template.
   *
   * @throws TemplateException if it is none, with the line, what was expected and found
   */
  public static Template parse(String source, Dialect dialect) {
    if (source.length() > LONGEST) {
      throw new TemplateException(
          "expected at most %d characters, found %d".formatted(LONGEST, source.length()));
    }
    return new Template(TemplateParser.parse(source, dialect), dialect);
  }

  /**
   * Renders it now.
   *
   * @param variables its variables: texts, numbers, truth values, lists and maps of these; {@link
   *     Optional#empty} is Python's {@code None}
   * @throws TemplateException if the template refuses them, or makes a mistake, or takes too much
   */
  public String render(Map<String, ?> variables) {
    return render(variables, Clock.system(ZoneId.systemDefault()));
  }

  /** Renders it at another time. */
  public String render(Map<String, ?> variables, Clock clock) {
    try {
      Budget budget = new Budget(Values.size(variables), dialect);
      Scope scope = new Scope(Optional.empty());
      Globals.functions(budget, () -> ZonedDateTime.now(clock)).forEach(scope::set);
      variables.forEach((name, value) -> scope.set(name, Values.of(value)));
      return new Renderer(budget).write(body, scope.inner());
    } catch (StackOverflowError e) {
      throw new TemplateException("it nests too deep"); // where the caller has little stack left
    }
  }
}
