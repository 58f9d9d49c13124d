package org.gta4j.eval;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.regex.Pattern;

/**
 * Fields of a record that are made of others, so that records of several origins become alike.
 *
 * @param when {@code fields_when}: the field without which a record is left as it is
 * @param sources {@code fields}: a template, or the name of a field, by the name of what it makes
 * @param replacements {@code fields_replace}: what is replaced in what was made, one after the
 *     other
 */
public record MadeFields(
    Optional<String> when, SequencedMap<String, String> sources, List<Replacement> replacements) {
  /** Copies the list. */
  public MadeFields {
    replacements = List.copyOf(replacements);
  }

  /**
   * A replacement.
   *
   * @param pattern of what is replaced
   * @param by what, in which {@code $1} is the first group
   */
  public record Replacement(Pattern pattern, String by) {
    String in(String text) {
      return pattern.matcher(text).replaceAll(by);
    }
  }

  /**
   * A record's fields with those that are made of them.
   *
   * @throws IllegalArgumentException if one is neither a text nor a list of texts
   */
  Map<String, Object> of(Map<String, Object> fields, Rendering rendering) {
    if (when.isPresent() && !fields.containsKey(when.get())) {
      return fields;
    }
    Map<String, Object> made = new LinkedHashMap<>(fields);
    sources.forEach((name, source) ->
        made.put(
            name,
            fields.get(source) instanceof List<?> list
                ? list.stream().map(each -> replaced(Rendering.text(source, each))).toList()
                : replaced(rendering.of(source, fields).text())));
    return made;
  }

  private String replaced(String text) {
    String result = text;
    for (Replacement replacement : replacements) {
      result = replacement.in(result);
    }
    return result;
  }
}
