package org.gta4j.grammar;

import java.math.BigDecimal;
import java.util.EnumSet;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** The types of JSON values; numbers are whole ones and those with a fraction. */
enum JsonType {
  NULL,
  BOOLEAN,
  INTEGER,
  FRACTION,
  STRING,
  ARRAY,
  OBJECT;

  static final Set<JsonType> ALL = EnumSet.allOf(JsonType.class);
  static final Set<JsonType> NUMBERS = EnumSet.of(INTEGER, FRACTION);

  static JsonType of(JsonNode value) {
    if (value.isNumber()) {
      return isWhole(value.decimalValue()) ? INTEGER : FRACTION;
    }
    if (value.isObject() || value.isArray()) {
      return value.isObject() ? OBJECT : ARRAY;
    }
    if (value.isString() || value.isBoolean()) {
      return value.isString() ? STRING : BOOLEAN;
    }
    return NULL;
  }

  private static boolean isWhole(BigDecimal number) {
    return number.signum() == 0 || number.stripTrailingZeros().scale() <= 0;
  }

  /** What a schema's {@code type} means; nothing where it is none. */
  static Set<JsonType> named(String name) {
    return switch (name) {
      case "null" -> EnumSet.of(NULL);
      case "boolean" -> EnumSet.of(BOOLEAN);
      case "integer" -> EnumSet.of(INTEGER);
      case "number" -> NUMBERS;
      case "string" -> EnumSet.of(STRING);
      case "array" -> EnumSet.of(ARRAY);
      case "object" -> EnumSet.of(OBJECT);
      default -> EnumSet.noneOf(JsonType.class);
    };
  }
}
