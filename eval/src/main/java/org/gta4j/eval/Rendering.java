package org.gta4j.eval;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.gta4j.template.Template;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A task's templates over records' fields; each is read once. */
final class Rendering {
  private final Map<String, Template> templates = new HashMap<>();

  /** What can only be a field's name. */
  private static final Pattern NAME = Pattern.compile("[a-z]\\w*");

  /**
   * A field's text, or what a template makes of all fields.
   *
   * @throws IllegalArgumentException if it names a field that is not there
   */
  String of(String source, Map<String, Object> fields) {
    Object field = fields.get(source);
    if (field != null) {
      return field.toString();
    }
    if (NAME.matcher(source).matches()) {
      throw new IllegalArgumentException(
          "expected a field \"%s\" (a text that is always the same is {{'%s'}}), found %s"
              .formatted(source, source, fields.keySet()));
    }
    return templates.computeIfAbsent(source, Template::parse).render(fields);
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
    if (node.isIntegralNumber()) {
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
