package org.gta4j.chat.tools;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import tools.jackson.databind.JsonNode;

/** JSON as chat templates take it. */
final class JsonValues {
  private static final int LONGEST_QUOTE = 120;

  private JsonValues() {}

  /** An object's fields. */
  static SequencedMap<String, Object> fields(JsonNode object) {
    SequencedMap<String, Object> fields = new LinkedHashMap<>();
    object.properties().forEach(field -> fields.put(field.getKey(), of(field.getValue())));
    return fields;
  }

  /** A value: texts, numbers, truth values, lists and maps; {@link Optional#empty} is none. */
  static Object of(JsonNode node) {
    if (node.isObject()) {
      return fields(node);
    }
    if (node.isArray()) {
      List<Object> list = new ArrayList<>();
      node.forEach(item -> list.add(of(item)));
      return list;
    }
    if (node.isBoolean()) {
      return node.booleanValue();
    }
    if (node.isNumber()) {
      return node.isIntegralNumber() && node.canConvertToLong()
          ? (Object) node.longValue()
          : node.doubleValue(Double.POSITIVE_INFINITY);
    }
    return node.isString() ? node.stringValue() : Optional.empty();
  }

  /** What is said of a field that is something else than it should be. */
  static IllegalArgumentException refused(String where, String expected, JsonNode found) {
    String text = found.isMissingNode() ? "nothing" : found.toString();
    return new IllegalArgumentException(
        "%s: expected %s, found %s"
            .formatted(
                where,
                expected,
                text.length() > LONGEST_QUOTE ? text.substring(0, LONGEST_QUOTE) + "..." : text));
  }
}
