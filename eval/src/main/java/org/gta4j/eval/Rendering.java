package org.gta4j.eval;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import org.gta4j.template.Dialect;
import org.gta4j.template.Template;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A task's templates over records' fields; each is read once. */
final class Rendering {
  /** What can only be a field's name. */
  private static final Pattern NAME = Pattern.compile("[A-Za-z_]\\w*");

  private static final Pattern DIGITS = Pattern.compile("\\d{1,9}");

  /** Writes a value as Python does. */
  private static final Template VALUE = Template.parse("{{value}}", Dialect.EXACT);

  private final Map<String, Template> templates = new HashMap<>();

  /**
   * What a task says of a record.
   *
   * @param text as a text
   * @param index as the number of one of several answers, where it is one: a field that is a
   *     number, or digits that a template made
   */
  record Said(String text, OptionalInt index) {}

  /**
   * What a field has, or a template makes of all fields.
   *
   * @throws IllegalArgumentException if it names a field that is not there, or has nothing
   */
  Said of(String source, Map<String, Object> fields) {
    Object field = fields.get(source);
    if (field != null) {
      return new Said(text(source, field), index(field));
    }
    if (NAME.matcher(source).matches()) {
      throw new IllegalArgumentException(
          "expected a field \"%s\" (a text that is always the same is {{'%s'}}), found %s"
              .formatted(source, source, fields.keySet()));
    }
    String made = made(source, fields);
    return new Said(
        made,
        DIGITS.matcher(made).matches()
            ? OptionalInt.of(Integer.parseInt(made))
            : OptionalInt.empty());
  }

  /** What a template makes of all fields. */
  String made(String source, Map<String, Object> fields) {
    return templates
        .computeIfAbsent(source, template -> Template.parse(template, Dialect.EXACT))
        .render(fields);
  }

  private static OptionalInt index(Object field) {
    return switch (field) {
      case Long number when number >= 0 && number <= Integer.MAX_VALUE ->
          OptionalInt.of(number.intValue());
      case Boolean truth -> OptionalInt.of(truth ? 1 : 0);
      default -> OptionalInt.empty();
    };
  }

  /**
   * A value as Python writes it.
   *
   * @param name of its field
   * @throws IllegalArgumentException if it is nothing
   */
  static String text(String name, Object value) {
    if (value instanceof Optional<?>) {
      throw new IllegalArgumentException(
          "field \"%s\": expected a text, found null".formatted(name));
    }
    return value instanceof String text ? text : VALUE.render(Map.of("value", value));
  }

  /** A record's fields as templates know values. */
  static Map<String, Object> fields(ObjectNode document) {
    Map<String, Object> fields = new LinkedHashMap<>();
    document.properties().forEach(field -> fields.put(field.getKey(), value(field.getValue())));
    return fields;
  }

  private static Object value(JsonNode node) {
    if (node.isString()) {
      return node.stringValue();
    }
    if (node.isBoolean()) {
      return node.booleanValue();
    }
    if (node.isIntegralNumber() && node.canConvertToLong()) {
      return node.longValue();
    }
    if (node.isNumber()) {
      return node.doubleValue();
    }
    if (node.isArray()) {
      List<Object> list = new ArrayList<>();
      node.forEach(element -> list.add(value(element)));
      return list;
    }
    if (node instanceof ObjectNode object) {
      return fields(object);
    }
    return Optional.empty();
  }
}
