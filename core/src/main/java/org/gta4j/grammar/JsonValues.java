package org.gta4j.grammar;

import java.util.Map;
import tools.jackson.databind.JsonNode;

/** Comparing JSON values as schemas do: 1 and 1.0 are the same number. */
final class JsonValues {
  private JsonValues() {}

  static boolean areEqual(JsonNode a, JsonNode b) {
    if (a.isNumber() && b.isNumber()) {
      return a.decimalValue().compareTo(b.decimalValue()) == 0;
    }
    if (a.isArray() && b.isArray()) {
      boolean equal = a.size() == b.size();
      for (int i = 0; equal && i < a.size(); i++) {
        equal = areEqual(a.path(i), b.path(i));
      }
      return equal;
    }
    if (a.isObject() && b.isObject()) {
      boolean equal = a.size() == b.size();
      for (Map.Entry<String, JsonNode> member : a.properties()) {
        equal = equal && areEqual(member.getValue(), b.path(member.getKey()));
      }
      return equal;
    }
    return a.equals(b);
  }
}
