package org.gta4j.grammar;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Supplier;
import org.gta4j.grammar.Assertions.Declared;
import org.gta4j.grammar.Assertions.Items;
import org.gta4j.grammar.Assertions.Located;
import org.gta4j.grammar.Assertions.Members;
import org.gta4j.grammar.Assertions.Numbers;
import org.gta4j.grammar.Assertions.Strings;
import org.gta4j.grammar.Assertions.Tuple;
import tools.jackson.databind.JsonNode;

/**
 * The keywords of one schema object, without those that bring in other schemas for the same value.
 * A keyword that is not known is refused: it may mean something.
 */
final class SchemaKeywords {
  /** Long strings and lists take a place in the grammar for each character and item. */
  static final int MAX_COUNT = 5_000;

  private static final int MAX_NAME = 300;

  static final String SUPPORTED =
      "type, enum, const, properties, required, additionalProperties, minProperties,"
          + " maxProperties, items, prefixItems, additionalItems, minItems, maxItems, minLength,"
          + " maxLength, pattern, format, minimum, maximum, exclusiveMinimum, exclusiveMaximum,"
          + " multipleOf, anyOf, oneOf, allOf, $ref, $defs, definitions";

  /** What changes nothing about which values are valid. */
  private static final Set<String> ANNOTATIONS =
      Set.of(
          "title",
          "description",
          "default",
          "examples",
          "example",
          "deprecated",
          "readOnly",
          "writeOnly",
          "discriminator",
          "$schema",
          "$comment",
          "$defs",
          "definitions");

  private static final Set<String> OF_SEVERAL = Set.of("$ref", "allOf", "anyOf", "oneOf");

  private final String pointer;
  private final JsonNode schema;

  private SchemaKeywords(Located located) {
    pointer = located.pointer();
    schema = located.schema();
  }

  /**
   * What the keywords of a schema ask for.
   *
   * @throws GrammarException if one of them is wrong or cannot be enforced
   */
  static Assertions read(Located located) {
    SchemaKeywords keywords = new SchemaKeywords(located);
    keywords.refuseOthers();
    return new Assertions(
        located.pointer(),
        keywords.types(),
        keywords.values(),
        keywords.numbers(),
        keywords.strings(),
        keywords.members(),
        keywords.items(),
        List.of());
  }

  /** A part of a pointer, written as pointers want it. */
  static String step(String name) {
    return "/" + name.replace("~", "~0").replace("/", "~1");
  }

  private void refuseOthers() {
    for (Map.Entry<String, JsonNode> keyword : schema.properties()) {
      String name = keyword.getKey();
      JsonNode value = keyword.getValue();
      boolean isRead =
          switch (name) {
            case "type",
                "enum",
                "const",
                "properties",
                "required",
                "additionalProperties",
                "minProperties",
                "maxProperties",
                "items",
                "prefixItems",
                "additionalItems",
                "minItems",
                "maxItems",
                "minLength",
                "maxLength",
                "pattern",
                "format",
                "minimum",
                "maximum",
                "exclusiveMinimum",
                "exclusiveMaximum",
                "multipleOf" ->
                true;
            case "$id" -> pointer.isEmpty();
            case "nullable" -> value.isBoolean() && !value.booleanValue();
            case "uniqueItems" ->
                (value.isBoolean() && !value.booleanValue())
                    || count("maxItems").orElse(Integer.MAX_VALUE) <= 1;
            default -> ANNOTATIONS.contains(name) || OF_SEVERAL.contains(name);
          };
      if (!isRead) {
        throw wrong(
            name,
            value,
            "nullable".equals(name) ? "a list of types with \"null\" in it" : SUPPORTED);
      }
    }
  }

  private GrammarException wrong(String name, JsonNode value, String supported) {
    return GrammarException.inSchema(
        pointer + step(name), "\"%s\": %s".formatted(name, value), supported);
  }

  private <T> T orWrong(String name, String supported, Supplier<T> made) {
    try {
      return made.get();
    } catch (GrammarException e) {
      throw GrammarException.inSchema(
          pointer + step(name), String.valueOf(e.getMessage()), supported);
    }
  }

  private Optional<JsonNode> get(String name) {
    return schema.has(name) ? Optional.of(schema.path(name)) : Optional.empty();
  }

  private Optional<Set<JsonType>> types() {
    Optional<JsonNode> type = get("type");
    if (type.isEmpty()) {
      return Optional.empty();
    }
    List<JsonNode> names = new ArrayList<>();
    if (type.get().isArray()) {
      type.get().forEach(names::add);
    } else {
      names.add(type.get());
    }
    Set<JsonType> types = EnumSet.noneOf(JsonType.class);
    for (JsonNode name : names) {
      Set<JsonType> named = name.isString() ? JsonType.named(name.stringValue()) : Set.of();
      if (named.isEmpty()) {
        throw wrong(
            "type",
            type.get(),
            "null, boolean, integer, number, string, array, object, or a list of them");
      }
      types.addAll(named);
    }
    return Optional.of(types);
  }

  private Optional<List<JsonNode>> values() {
    Optional<List<JsonNode>> listed =
        get("enum")
            .map(list -> {
              if (!list.isArray()) {
                throw wrong("enum", list, "a list of values");
              }
              List<JsonNode> values = new ArrayList<>();
              list.forEach(values::add);
              return values;
            });
    Optional<JsonNode> only = get("const");
    if (only.isEmpty()) {
      return listed;
    }
    JsonNode value = only.get();
    boolean isListed =
        listed.stream()
            .allMatch(list -> list.stream().anyMatch(one -> JsonValues.areEqual(one, value)));
    return Optional.of(isListed ? List.of(value) : List.of());
  }

  private Numbers numbers() {
    NumberRange range = NumberRange.ALL;
    for (String name : List.of("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")) {
      Optional<BigDecimal> bound = number(name);
      if (bound.isPresent()) {
        boolean inclusive = name.startsWith("m");
        range =
            range.and(
                name.endsWith("inimum")
                    ? NumberRange.atLeast(bound.get(), inclusive)
                    : NumberRange.atMost(bound.get(), inclusive));
      }
    }
    Optional<BigDecimal> multipleOf = number("multipleOf");
    if (multipleOf.isPresent() && multipleOf.get().signum() <= 0) {
      throw wrong("multipleOf", schema.path("multipleOf"), "a number above 0");
    }
    String format = schema.path("format").asString("");
    range =
        switch (format) {
          case "int32" -> range.and(whole(31));
          case "int64" -> range.and(whole(63));
          default -> range;
        };
    return new Numbers(range, multipleOf);
  }

  private static NumberRange whole(int bits) {
    BigDecimal end = BigDecimal.TWO.pow(bits);
    return NumberRange.atLeast(end.negate(), true).and(NumberRange.atMost(end, false));
  }

  private Optional<BigDecimal> number(String name) {
    return get(name)
        .map(value -> {
          if (!value.isNumber()) {
            throw wrong(name, value, "a number");
          }
          return value.decimalValue();
        });
  }

  private OptionalInt count(String name) {
    Optional<BigDecimal> number = number(name);
    if (number.isEmpty()) {
      return OptionalInt.empty();
    }
    BigDecimal count = number.get();
    if (count.signum() < 0
        || count.compareTo(BigDecimal.valueOf(MAX_COUNT)) > 0
        || count.stripTrailingZeros().scale() > 0) {
      throw wrong(name, schema.path(name), "a whole number from 0 to " + MAX_COUNT);
    }
    return OptionalInt.of(count.intValue());
  }

  private Strings strings() {
    List<TextNetwork> networks = new ArrayList<>();
    Optional<JsonNode> pattern = get("pattern");
    if (pattern.isPresent()) {
      JsonNode value = pattern.get();
      if (!value.isString()) {
        throw wrong("pattern", value, "a regular expression");
      }
      networks.add(
          orWrong(
              "pattern",
              "characters, classes, groups, alternatives and counts, ^ at the begin and $ at the"
                  + " end",
              () -> TextNetwork.of(RegularExpression.parse(value.stringValue()))));
    }
    Optional<JsonNode> format = get("format");
    if (format.isPresent()) {
      JsonNode value = format.get();
      boolean ofNumbers = Set.of("int32", "int64", "float", "double").contains(value.asString(""));
      if (!ofNumbers) {
        networks.add(
            Formats.network(value.asString(""))
                .orElseThrow(() -> wrong("format", value, Formats.names())));
      }
    }
    return new Strings(count("minLength").orElse(0), count("maxLength"), networks);
  }

  private Members members() {
    List<Declared> declared = new ArrayList<>();
    if (schema.has("properties") || schema.has("additionalProperties")) {
      JsonNode properties = schema.path("properties");
      if (schema.has("properties") && !properties.isObject()) {
        throw wrong("properties", properties, "an object of schemas");
      }
      Map<String, Located> named = new LinkedHashMap<>();
      for (Map.Entry<String, JsonNode> property : properties.properties()) {
        requireShort(property.getKey());
        named.put(
            property.getKey(),
            new Located(pointer + "/properties" + step(property.getKey()), property.getValue()));
      }
      declared.add(new Declared(named, inner("additionalProperties")));
    }
    List<String> required = new ArrayList<>();
    get("required")
        .ifPresent(list -> {
          if (!list.isArray() || !list.valueStream().allMatch(JsonNode::isString)) {
            throw wrong("required", list, "a list of names");
          }
          list.forEach(name -> required.add(name.stringValue()));
          required.forEach(this::requireShort);
        });
    return new Members(
        declared,
        required.stream().distinct().toList(),
        count("minProperties").orElse(0),
        count("maxProperties"));
  }

  private void requireShort(String name) {
    if (name.length() > MAX_NAME) {
      throw GrammarException.inSchema(
          pointer, "the name " + name, "names of at most %d characters".formatted(MAX_NAME));
    }
  }

  private Optional<Located> inner(String name) {
    return get(name).map(value -> new Located(pointer + step(name), value));
  }

  /** Draft 7 has the first items in {@code items}, and the others in {@code additionalItems}. */
  private Items items() {
    List<Tuple> tuples = new ArrayList<>();
    JsonNode items = schema.path("items");
    boolean older = items.isArray();
    if (older && schema.has("prefixItems")) {
      throw wrong("items", items, "one schema beside prefixItems");
    }
    String name = older ? "items" : "prefixItems";
    List<Located> first = new ArrayList<>();
    if (schema.has(name)) {
      if (!schema.path(name).isArray()) {
        throw wrong(name, schema.path(name), "a list of schemas");
      }
      schema
          .path(name)
          .forEach(item ->
              first.add(new Located("%s/%s/%d".formatted(pointer, name, first.size()), item)));
    }
    Optional<Located> rest = inner(older ? "additionalItems" : "items");
    if (!first.isEmpty() || rest.isPresent()) {
      tuples.add(new Tuple(first, rest));
    }
    return new Items(tuples, count("minItems").orElse(0), count("maxItems"));
  }
}
