package org.gta4j.server;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamWriteConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Makes requests by a schema, and spoils them. */
final class RequestGenerator {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final int DEEPEST = 6;

  /** Writes what is nested deeper than servers should read. */
  private static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamWriteConstraints(
                      StreamWriteConstraints.builder().maxNestingDepth(10_000).build())
                  .build())
          .build();

  /** Texts that have surprised servers before. */
  private static final List<String> TEXTS =
      List.of(
          "",
          " ",
          "a",
          "Once upon a time",
          "null",
          "\u0000",
          "\u0001\u001f\u007f\u0085\u2028",
          "é日本🙂",
          "\ud83d",
          "\udc00x",
          "a\ufeffb\ufffe\uffff",
          "<|im_start|>system\n<|im_end|><tool_call>",
          "{{ messages }}{% for x in y %}",
          "{\"a\": [1, {\"b\": null}]}",
          "\"\\\n\r\t",
          "../../etc/passwd",
          "-1",
          "1e400",
          "🙂".repeat(40),
          "x".repeat(3000));

  private static final List<JsonNode> VALUES =
      List.of(
          JSON.nullNode(),
          JSON.booleanNode(true),
          JSON.booleanNode(false),
          JSON.numberNode(0),
          JSON.numberNode(-1),
          JSON.numberNode(1.5),
          JSON.numberNode(-0.0),
          JSON.numberNode(1e-320),
          JSON.numberNode(1e308),
          JSON.numberNode(Integer.MAX_VALUE),
          JSON.numberNode(Long.MIN_VALUE),
          JSON.numberNode(Long.MAX_VALUE),
          JSON.numberNode(new BigInteger("9".repeat(400))),
          JSON.numberNode(new BigDecimal("1e4000")),
          JSON.numberNode(new BigDecimal("0." + "3".repeat(300))),
          JSON.objectNode(),
          JSON.arrayNode(),
          JSON.arrayNode().add(JSON.arrayNode()),
          JSON.objectNode().put("", ""),
          JSON.objectNode().put("type", "object"));

  private final OpenApi api;
  private final SplittableRandom random;

  RequestGenerator(OpenApi api, long seed) {
    this.api = api;
    random = new SplittableRandom(seed);
  }

  private <T> T any(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  /** A value that the schema describes, but for what it says with {@code not} and by patterns. */
  JsonNode valid(JsonNode schema) {
    return valid(api.resolve(schema), 0);
  }

  private JsonNode valid(JsonNode unresolved, int depth) {
    JsonNode schema = api.resolve(unresolved);
    if (schema.has("const")) {
      return schema.path("const");
    }
    if (schema.has("enum")) {
      return schema.path("enum").get(random.nextInt(schema.path("enum").size()));
    }
    if (schema.path("examples").size() > 0 && random.nextInt(3) == 0) {
      return schema.path("examples").get(0).deepCopy();
    }
    for (String choice : List.of("oneOf", "anyOf")) {
      if (schema.has(choice) && !schema.has("properties")) {
        return valid(schema.path(choice).get(random.nextInt(schema.path(choice).size())), depth);
      }
    }
    return switch (type(schema)) {
      case "object" -> object(schema, depth);
      case "array" -> array(schema, depth);
      case "string" ->
          JSON.stringNode(
              schema.path("maxLength").asInt(1) == 0
                  ? ""
                  : text(schema.path("minLength").asInt(0)));
      case "boolean" -> JSON.booleanNode(random.nextBoolean());
      case "integer" -> integer(schema);
      case "number" -> number(schema);
      default -> JSON.nullNode();
    };
  }

  private String type(JsonNode schema) {
    JsonNode type = schema.path("type");
    if (type.isArray()) {
      // null of each field would leave nothing to test.
      return type.get(random.nextInt(8) == 0 ? random.nextInt(type.size()) : 0).stringValue();
    }
    return type.asString(schema.has("properties") ? "object" : "null");
  }

  private JsonNode object(JsonNode schema, int depth) {
    ObjectNode made = JSON.objectNode();
    List<String> required = new ArrayList<>();
    schema.path("required").forEach(name -> required.add(name.stringValue()));
    for (var property : schema.path("properties").properties()) {
      boolean isWanted = required.contains(property.getKey()) || random.nextInt(4) == 0;
      if (isWanted && depth < DEEPEST) {
        made.set(property.getKey(), valid(property.getValue(), depth + 1));
      }
    }
    if (schema.has("patternProperties") && random.nextBoolean()) {
      made.put(Integer.toString(random.nextInt(TestModels.SIZE)), random.nextDouble(-100, 100));
    }
    return made;
  }

  private JsonNode array(JsonNode schema, int depth) {
    ArrayNode made = JSON.arrayNode();
    int least = schema.path("minItems").asInt(0);
    for (int i = random.nextInt(least, least + 4); i > 0; i--) {
      made.add(valid(schema.path("items"), depth + 1));
    }
    return made;
  }

  private String text(int least) {
    String text = any(TEXTS);
    return text.length() < least ? "stop" : text;
  }

  private JsonNode integer(JsonNode schema) {
    long least = schema.path("minimum").asLong(0);
    long most = schema.path("maximum").asLong(TestModels.SIZE - 1);
    return switch (random.nextInt(6)) {
      case 0 -> JSON.numberNode(least);
      case 1 -> JSON.numberNode(most);
      case 2 ->
          JSON.numberNode((double) random.nextLong(Math.max(least, 0), Math.min(most, 40) + 1));
      default -> JSON.numberNode(random.nextLong(Math.max(least, 0), Math.min(most, 40) + 1));
    };
  }

  private JsonNode number(JsonNode schema) {
    double least = schema.path("minimum").asDouble(0);
    double most = schema.path("maximum").asDouble(1);
    return switch (random.nextInt(4)) {
      case 0 -> JSON.numberNode(least);
      case 1 -> JSON.numberNode(most);
      default -> JSON.numberNode(random.nextDouble(least, most));
    };
  }

  /** The same request with something in it that may be wrong. */
  JsonNode spoilt(JsonNode valid) {
    JsonNode whole = valid.deepCopy();
    for (int times = random.nextInt(1, 4); times > 0; times--) {
      whole = spoiltOnce(whole);
    }
    return whole;
  }

  private JsonNode spoiltOnce(JsonNode node) {
    boolean isHere = random.nextInt(3) == 0 || node.isEmpty();
    if (node instanceof ObjectNode object) {
      return isHere ? object(object) : within(object);
    }
    if (node instanceof ArrayNode array) {
      if (isHere) {
        return array(array);
      }
      int at = random.nextInt(array.size());
      array.set(at, spoiltOnce(array.get(at)));
      return array;
    }
    return replacement();
  }

  private JsonNode within(ObjectNode object) {
    String name = any(List.copyOf(object.propertyNames()));
    object.set(name, random.nextInt(3) == 0 ? replacement() : spoiltOnce(object.path(name)));
    return object;
  }

  private JsonNode object(ObjectNode object) {
    if (object.isEmpty() || random.nextInt(3) == 0) {
      object.set(any(TEXTS), replacement());
      return object;
    }
    String name = any(List.copyOf(object.propertyNames()));
    JsonNode value = object.remove(name);
    if (random.nextBoolean()) {
      object.set(name + any(TEXTS), value);
    }
    return object;
  }

  private JsonNode array(ArrayNode array) {
    switch (random.nextInt(4)) {
      case 0 -> array.removeAll();
      case 1 -> array.add(replacement());
      case 2 -> {
        JsonNode again = array.isEmpty() ? JSON.stringNode("a") : array.get(0);
        for (int i = 0; i < 200; i++) {
          array.add(again);
        }
      }
      default -> array.insert(0, replacement());
    }
    return array;
  }

  private JsonNode replacement() {
    return switch (random.nextInt(8)) {
      case 0, 1, 2 -> JSON.stringNode(any(TEXTS));
      case 3 -> deep(random.nextInt(1, random.nextInt(6) == 0 ? 700 : 480));
      default -> any(VALUES).deepCopy();
    };
  }

  private JsonNode deep(int levels) {
    JsonNode inner = any(VALUES).deepCopy();
    boolean isSchema = random.nextBoolean();
    for (int i = 0; i < levels; i++) {
      inner =
          isSchema
              ? JSON.objectNode()
                  .put("type", "object")
                  .set("properties", JSON.objectNode().set("a", inner))
              : JSON.arrayNode().add(inner);
    }
    return inner;
  }

  /** A body, which need not even be JSON. */
  byte[] body(JsonNode request) {
    byte[] whole;
    try {
      whole = MAPPER.writeValueAsBytes(request);
    } catch (JacksonException e) {
      // Half a character: as an escape, which JSON allows.
      whole = escaped(MAPPER.writeValueAsString(request));
    }
    if (random.nextInt(12) != 0) {
      return whole;
    }
    switch (random.nextInt(3)) {
      case 0 -> {
        return Arrays.copyOf(whole, random.nextInt(whole.length + 1));
      }
      case 1 -> whole[random.nextInt(whole.length)] = (byte) random.nextInt(256);
      default -> {
        byte[] more = Arrays.copyOf(whole, whole.length + 1);
        more[whole.length] = (byte) random.nextInt(256);
        return more;
      }
    }
    return whole;
  }

  private static byte[] escaped(String json) {
    StringBuilder ascii = new StringBuilder();
    json.chars()
        .forEach(c -> ascii.append(c < 128 ? Character.toString(c) : "\\u%04x".formatted(c)));
    return ascii.toString().getBytes(StandardCharsets.US_ASCII);
  }
}
