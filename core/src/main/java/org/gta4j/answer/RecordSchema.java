package org.gta4j.answer;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The JSON schema of a record, whose values Jackson can read into it. Components are texts,
 * numbers, truth values, enums, records, lists of these, maps of these by text, and {@link
 * Optional} for what may be left out.
 */
public final class RecordSchema {
  /** Records around the one that is being written, the innermost first. */
  private final Deque<Class<?>> open = new ArrayDeque<>();

  private RecordSchema() {}

  /**
   * Writes it: an object with all components in their order and no others.
   *
   * @throws IllegalArgumentException if a component is of another type, or a record within itself,
   *     with the component
   */
  public static ObjectNode of(Class<? extends Record> type) {
    return new RecordSchema().record(type);
  }

  private ObjectNode record(Class<?> type) {
    if (open.contains(type)) {
      throw new IllegalArgumentException(
          "record %s: expected an end to it, found itself within it".formatted(type.getName()));
    }
    open.push(type);
    ObjectNode schema = JsonNodeFactory.instance.objectNode().put("type", "object");
    ObjectNode properties = schema.putObject("properties");
    ArrayNode required = schema.putArray("required");
    for (RecordComponent component : type.getRecordComponents()) {
      String where = "%s.%s".formatted(type.getName(), component.getName());
      Type of = component.getGenericType();
      if (isOf(of, Optional.class)) {
        properties.set(component.getName(), schema(where, argument(of, 0)));
      } else {
        properties.set(component.getName(), schema(where, of));
        required.add(component.getName());
      }
    }
    open.pop();
    return schema.put("additionalProperties", false);
  }

  private ObjectNode schema(String where, Type type) {
    if (isOf(type, List.class)) {
      ObjectNode list = JsonNodeFactory.instance.objectNode().put("type", "array");
      list.set("items", schema(where, argument(type, 0)));
      return list;
    }
    if (isOf(type, Map.class) && argument(type, 0) == String.class) {
      ObjectNode map = JsonNodeFactory.instance.objectNode().put("type", "object");
      map.set("additionalProperties", schema(where, argument(type, 1)));
      return map;
    }
    return type instanceof Class<?> simple ? schema(where, simple) : refuse(where, type);
  }

  private ObjectNode schema(String where, Class<?> type) {
    if (type.isRecord()) {
      return record(type);
    }
    ObjectNode schema = JsonNodeFactory.instance.objectNode();
    if (type.isEnum()) {
      ArrayNode names = schema.putArray("enum");
      for (Object constant : type.getEnumConstants()) {
        names.add(((Enum<?>) constant).name());
      }
    } else if (type == String.class) {
      schema.put("type", "string");
    } else if (type == boolean.class || type == Boolean.class) {
      schema.put("type", "boolean");
    } else if (type == int.class || type == Integer.class) {
      schema.put("type", "integer").put("minimum", Integer.MIN_VALUE);
      schema.put("maximum", Integer.MAX_VALUE);
    } else if (type == long.class || type == Long.class) {
      schema.put("type", "integer").put("minimum", Long.MIN_VALUE).put("maximum", Long.MAX_VALUE);
    } else if (type == BigInteger.class) {
      schema.put("type", "integer");
    } else if (type == double.class || type == Double.class || type == BigDecimal.class) {
      schema.put("type", "number");
    } else {
      refuse(where, type);
    }
    return schema;
  }

  private static boolean isOf(Type type, Class<?> raw) {
    return type instanceof ParameterizedType parameterized && parameterized.getRawType() == raw;
  }

  private static Type argument(Type type, int index) {
    return ((ParameterizedType) type).getActualTypeArguments()[index];
  }

  private static ObjectNode refuse(String where, Type type) {
    throw new IllegalArgumentException(
        ("%s: expected a text, number, truth value, enum or record, a List or a Map<String, ...> of"
                + " these, or an Optional of one, found %s")
            .formatted(where, type.getTypeName()));
  }
}
