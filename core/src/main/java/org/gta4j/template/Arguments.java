package org.gta4j.template;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a filter, a test, a method or a function is called with.
 *
 * @param called its name, for errors
 * @param positional values by their places
 * @param keywords values by their names
 */
record Arguments(String called, List<Object> positional, Map<String, Object> keywords) {
  static Arguments of(String called, Object... positional) {
    return new Arguments(called, List.of(positional), Map.of());
  }

  /** An argument by its place or its name, if it was given. */
  Optional<Object> get(int place, String name) {
    return place < positional.size()
        ? Optional.of(positional.get(place))
        : Optional.ofNullable(keywords.get(name));
  }

  /** An argument that must be given. */
  Object required(int place, String name) {
    return get(place, name)
        .orElseThrow(
            () -> new TemplateException("%s: expected %s, found nothing".formatted(called, name)));
  }

  /** A text that must be given. */
  String text(int place, String name) {
    return textOf(required(place, name), name);
  }

  /** A text; {@code absent} where none, or none, was given. */
  String textOr(int place, String name, String absent) {
    return get(place, name).filter(v -> v != None.NONE).map(v -> textOf(v, name)).orElse(absent);
  }

  private String textOf(Object value, String name) {
    if (value instanceof String text) {
      return text;
    }
    throw new TemplateException(
        "%s: expected a text as %s, found %s".formatted(called, name, Values.kind(value)));
  }

  /** An integer; {@code absent} where none was given. */
  long integerOr(int place, String name, long absent) {
    Optional<Object> value = get(place, name).filter(v -> v != None.NONE);
    return value.isEmpty() ? absent : Values.integer(value.get(), called + ": " + name);
  }

  /** Whether a flag is given and true. */
  boolean flag(int place, String name) {
    return get(place, name).map(Values::isTrue).orElse(false);
  }

  /** Refuses more places, and other names, than these. */
  Arguments atMost(int places, String... names) {
    if (positional.size() > places) {
      throw new TemplateException(
          "%s: expected at most %d values, found %d".formatted(called, places, positional.size()));
    }
    Set<String> known = Set.of(names);
    for (String name : keywords.keySet()) {
      if (!known.contains(name)) {
        throw new TemplateException("%s: unknown argument %s".formatted(called, name));
      }
    }
    return this;
  }

  /** The arguments without the first {@code count} places. */
  Arguments after(int count, String name) {
    List<Object> rest = positional.subList(Math.min(count, positional.size()), positional.size());
    return new Arguments(name, new ArrayList<>(rest), new LinkedHashMap<>(keywords));
  }
}
