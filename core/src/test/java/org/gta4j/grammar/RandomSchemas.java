package org.gta4j.grammar;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Schemas of all keywords at random, and values that are valid for them. */
final class RandomSchemas {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final int MAX_DEPTH = 4;
  private static final List<String> NAMES =
      List.of("id", "name", "a", "ab", "é", "x\"y", "tags", "the key", "n/m", "nested");
  private static final String[][] PATTERNS = {
    {"^[a-z]{2,5}$", "abc", "xy"},
    {"^\\d{3}-\\d{4}$", "123-4567"},
    {"b+", "abc", "bb", "\nb"},
    {"^(yes|no|[äöü]+)$", "yes", "ä"},
    {"^[^\\s\"]+\\.e$", "a.e", "🙂.e"},
    {"^$|^x", "", "xyz"},
    {"nd$", "the end"},
    {".\\w.", "aaa", "-b-"},
  };
  private static final String[][] FORMATS = {
    {"date", "2024-02-29"},
    {"time", "12:30:00Z"},
    {"date-time", "2024-02-29T12:30:00.5+01:00"},
    {"uuid", "123e4567-e89b-12d3-a456-426614174000"},
    {"ipv4", "10.0.0.255"},
    {"ipv6", "fe80::1"},
    {"email", "a.b@example.org"},
    {"hostname", "example.org"},
    {"duration", "P1DT2H"},
    {"uri", "https://example.org/a?b=c"},
  };
  private static final List<String> TEXTS =
      List.of("", "a", "hello", "quo\"te", "back\\slash", "line\n", "\u0001", "ü🙂", "</s>", "a b");

  /** A schema, and what makes valid values. */
  record Sample(ObjectNode schema, Supplier<JsonNode> value) {}

  private final Random random;

  RandomSchemas(long seed) {
    random = new Random(seed);
  }

  /** A whole document; half of them have a schema that refers to itself. */
  Sample next() {
    Sample root = any(0);
    if (random.nextBoolean()) {
      return root;
    }
    ObjectNode tree = NODES.objectNode().put("type", "object");
    ObjectNode properties = tree.putObject("properties");
    properties.set("value", root.schema());
    properties
        .putObject("children")
        .put("type", "array")
        .putObject("items")
        .put("$ref", "#/$defs/tree");
    ArrayNode ways = properties.putObject("next").putArray("anyOf");
    ways.addObject().put("type", "null");
    ways.addObject().put("$ref", "#/$defs/tree");
    tree.putArray("required").add("value");
    tree.put("additionalProperties", false);
    ObjectNode schema = NODES.objectNode().put("$ref", "#/$defs/tree");
    schema.putObject("$defs").set("tree", tree);
    return new Sample(schema, () -> tree(root, 0));
  }

  private JsonNode tree(Sample value, int depth) {
    ObjectNode tree = NODES.objectNode();
    tree.set("value", value.value().get());
    if (random.nextBoolean()) {
      ArrayNode children = tree.putArray("children");
      for (int i = random.nextInt(3); i > 0 && depth < 2; i--) {
        children.add(tree(value, depth + 1));
      }
    }
    if (random.nextBoolean()) {
      tree.set(
          "next", depth < 3 && random.nextBoolean() ? tree(value, depth + 1) : NODES.nullNode());
    }
    return tree;
  }

  private Sample any(int depth) {
    int kinds = depth < MAX_DEPTH ? 14 : 8;
    return switch (random.nextInt(kinds)) {
      case 0 -> string();
      case 1 -> pattern();
      case 2 -> integer();
      case 3 -> number();
      case 4 -> new Sample(type("boolean"), () -> NODES.booleanNode(random.nextBoolean()));
      case 5 -> listed();
      case 6 -> types();
      case 7 -> format();
      case 8, 9 -> object(depth, List.of());
      case 10 -> array(depth);
      case 11 -> tuple(depth);
      case 12 -> anyOf(depth);
      default -> random.nextBoolean() ? oneOf(depth) : allOf(depth);
    };
  }

  private static ObjectNode type(String name) {
    return NODES.objectNode().put("type", name);
  }

  private <T> T one(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  private String text(int min, int max) {
    StringBuilder text = new StringBuilder();
    int length = min + random.nextInt(max - min + 1);
    for (int i = 0; i < length; i++) {
      text.append(one(List.of("a", "Z", " ", "\"", "\\", "é", "🙂", "\n", "\u0007", "0")));
    }
    return text.toString();
  }

  private Sample string() {
    ObjectNode schema = type("string");
    if (random.nextBoolean()) {
      return new Sample(schema, () -> NODES.stringNode(one(TEXTS)));
    }
    int min = random.nextInt(4);
    int max = min + random.nextInt(5);
    schema.put("minLength", min).put("maxLength", max);
    return new Sample(schema, () -> NODES.stringNode(text(min, max)));
  }

  private Sample pattern() {
    String[] row = PATTERNS[random.nextInt(PATTERNS.length)];
    ObjectNode schema = type("string").put("pattern", row[0]);
    if (random.nextInt(3) == 0) {
      schema.put("maxLength", 12);
    }
    return new Sample(schema, () -> NODES.stringNode(row[1 + random.nextInt(row.length - 1)]));
  }

  private Sample format() {
    String[] row = FORMATS[random.nextInt(FORMATS.length)];
    return new Sample(type("string").put("format", row[0]), () -> NODES.stringNode(row[1]));
  }

  private Sample integer() {
    ObjectNode schema = type("integer");
    int low = random.nextInt(3000) - 1500;
    int high = low + random.nextInt(2000);
    switch (random.nextInt(5)) {
      case 0 -> {
        return new Sample(schema, () -> NODES.numberNode(random.nextLong()));
      }
      case 1 -> schema.put("minimum", low).put("maximum", high);
      case 2 -> schema.put("exclusiveMinimum", low - 1).put("exclusiveMaximum", high + 1);
      case 3 -> schema.put("minimum", low);
      default -> {
        int step = 1 + random.nextInt(30);
        schema.put("multipleOf", step);
        return new Sample(
            schema,
            () ->
                NODES.numberNode(BigInteger.valueOf((long) step * (random.nextInt(2000) - 1000))));
      }
    }
    return new Sample(schema, () -> NODES.numberNode(low + random.nextInt(high - low + 1)));
  }

  private Sample number() {
    ObjectNode schema = type("number");
    if (random.nextInt(3) == 0) {
      return new Sample(schema, () -> NODES.numberNode(decimal(random.nextInt(), 4)));
    }
    int scale = random.nextInt(4);
    int low = random.nextInt(4000) - 2000;
    int span = 1 + random.nextInt(3000);
    schema.put(random.nextBoolean() ? "minimum" : "exclusiveMinimum", decimal(low, scale));
    if (random.nextBoolean()) {
      schema.put(
          random.nextBoolean() ? "maximum" : "exclusiveMaximum", decimal(low + span + 1, scale));
    }
    if (random.nextInt(3) == 0) {
      schema.put("multipleOf", decimal(1, scale));
    }
    return new Sample(
        schema, () -> NODES.numberNode(decimal(low + 1 + random.nextInt(span), scale)));
  }

  private static BigDecimal decimal(int digits, int scale) {
    return BigDecimal.valueOf(digits, scale);
  }

  private Sample listed() {
    List<JsonNode> values = new ArrayList<>();
    ObjectNode object = NODES.objectNode().put("k", 1);
    object.putArray("list").add("x").add(NODES.nullNode());
    List<JsonNode> all =
        List.of(
            NODES.stringNode("red"),
            NODES.stringNode("dark red"),
            NODES.stringNode("q\"\n"),
            NODES.numberNode(-3),
            NODES.numberNode(2.5),
            NODES.booleanNode(true),
            NODES.nullNode(),
            object,
            NODES.arrayNode());
    for (int i = 0; i <= random.nextInt(4); i++) {
      values.add(one(all));
    }
    ObjectNode schema = NODES.objectNode();
    if (random.nextInt(3) == 0) {
      schema.set("const", values.getFirst());
      return new Sample(schema, values::getFirst);
    }
    schema.putArray("enum").addAll(values.stream().distinct().toList());
    return new Sample(schema, () -> one(values));
  }

  private Sample types() {
    ObjectNode schema = NODES.objectNode();
    if (random.nextInt(4) == 0) {
      return new Sample(schema, () -> JsonMapper.shared().readTree("{\"any\":[1,{\"x\":\"\"}]}"));
    }
    schema.putArray("type").add("string").add("null").add("integer");
    schema.put("maxLength", 10);
    return new Sample(
        schema,
        () ->
            switch (random.nextInt(3)) {
              case 0 -> NODES.nullNode();
              case 1 -> NODES.numberNode(random.nextInt());
              default -> NODES.stringNode("text");
            });
  }

  /** An object that has certain properties before all others. */
  private Sample object(int depth, List<String> constants) {
    ObjectNode schema = type("object");
    ObjectNode properties = schema.putObject("properties");
    List<String> names = new ArrayList<>(NAMES);
    names.subList(random.nextInt(5), names.size()).clear();
    List<Sample> values = new ArrayList<>();
    ArrayNode required = NODES.arrayNode();
    for (String constant : constants) {
      properties.putObject("kind").put("const", constant);
      required.add("kind");
    }
    List<Boolean> isRequired = new ArrayList<>();
    for (String name : names) {
      Sample value = any(depth + 1);
      values.add(value);
      properties.set(name, value.schema());
      isRequired.add(random.nextBoolean());
      if (isRequired.getLast()) {
        required.add(name);
      }
    }
    if (!required.isEmpty()) {
      schema.set("required", required);
    }
    int others = random.nextInt(4);
    Sample other = any(MAX_DEPTH);
    switch (others) {
      case 0 -> schema.put("additionalProperties", false);
      case 1 -> schema.set("additionalProperties", other.schema());
      case 2 -> schema.put("additionalProperties", true);
      default -> {}
    }
    if (random.nextInt(4) == 0) {
      schema.put("minProperties", required.size());
      schema.put("maxProperties", constants.size() + names.size() + 2);
    }
    return new Sample(
        schema,
        () -> {
          ObjectNode object = NODES.objectNode();
          constants.forEach(constant -> object.put("kind", constant));
          for (int i = 0; i < names.size(); i++) {
            if (isRequired.get(i) || random.nextBoolean()) {
              object.set(names.get(i), values.get(i).value().get());
            }
          }
          if (others == 1 || others == 2) {
            object.set("other", other.value().get());
          }
          return object;
        });
  }

  private Sample array(int depth) {
    Sample item = any(depth + 1);
    ObjectNode schema = type("array");
    schema.set("items", item.schema());
    int min = random.nextInt(3);
    int max = min + random.nextInt(3);
    schema.put("minItems", min);
    if (random.nextBoolean()) {
      schema.put("maxItems", max);
    }
    return new Sample(
        schema,
        () -> {
          ArrayNode array = NODES.arrayNode();
          for (int i = min + random.nextInt(max - min + 1); i > 0; i--) {
            array.add(item.value().get());
          }
          return array;
        });
  }

  private Sample tuple(int depth) {
    Sample first = any(depth + 1);
    Sample second = any(depth + 1);
    ObjectNode schema = type("array");
    schema.putArray("prefixItems").add(first.schema()).add(second.schema());
    boolean open = random.nextBoolean();
    if (open) {
      schema.set("items", type("boolean"));
    } else {
      schema.put("items", false);
    }
    boolean both = random.nextBoolean();
    if (both) {
      schema.put("minItems", 2);
    }
    return new Sample(
        schema,
        () -> {
          ArrayNode array = NODES.arrayNode().add(first.value().get());
          if (both || random.nextBoolean()) {
            array.add(second.value().get());
            if (open) {
              array.add(random.nextBoolean());
            }
          }
          return array;
        });
  }

  private Sample anyOf(int depth) {
    Sample one = any(depth + 1);
    Sample two = any(depth + 1);
    ObjectNode schema = NODES.objectNode();
    schema.putArray("anyOf").add(one.schema()).add(two.schema());
    return new Sample(schema, () -> (random.nextBoolean() ? one : two).value().get());
  }

  private Sample oneOf(int depth) {
    Sample one = object(depth + 1, List.of("one"));
    Sample two = object(depth + 1, List.of("two"));
    ObjectNode schema = NODES.objectNode();
    schema.putArray("oneOf").add(one.schema()).add(type("string")).add(two.schema());
    return new Sample(
        schema,
        () ->
            switch (random.nextInt(3)) {
              case 0 -> NODES.stringNode(one(TEXTS));
              case 1 -> one.value().get();
              default -> two.value().get();
            });
  }

  /** Two conditions on the same object. */
  private Sample allOf(int depth) {
    Sample value = any(depth + 1);
    ObjectNode schema = NODES.objectNode().put("description", "both");
    ArrayNode parts = schema.putArray("allOf");
    ObjectNode first = parts.addObject().put("type", "object");
    first.putObject("properties").set("p", value.schema());
    first.putArray("required").add("p");
    ObjectNode second = parts.addObject();
    second.putObject("properties").putObject("q").put("type", "integer");
    schema.putObject("properties").putObject("q").put("minimum", 3);
    return new Sample(
        schema,
        () -> {
          // The order is that in which the schema mentions them, its own properties first.
          ObjectNode object = NODES.objectNode();
          if (random.nextBoolean()) {
            object.put("q", 3 + random.nextInt(50));
          }
          object.set("p", value.value().get());
          return object;
        });
  }
}
