package org.gta4j.robustness;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A JSON object as the texts of its keys and values, so that it can be made to say what no library
 * would write.
 *
 * @param members keys and values, the values as JSON
 */
record JsonText(List<Member> members) {
  static final JsonMapper MAPPER = JsonMapper.builder().build();

  /** A key with its value as JSON. */
  record Member(String key, String value) {}

  static JsonText parse(byte[] json) {
    return parse(new String(json, StandardCharsets.UTF_8));
  }

  static JsonText parse(String json) {
    List<Member> members = new ArrayList<>();
    JsonNode node = MAPPER.readTree(json);
    for (Map.Entry<String, JsonNode> property : node.properties()) {
      members.add(new Member(property.getKey(), property.getValue().toString()));
    }
    return new JsonText(members);
  }

  /** Whether that is an object. */
  static boolean isObject(String json) {
    return json.startsWith("{");
  }

  /** The keys. */
  List<String> keys() {
    return members.stream().map(Member::key).toList();
  }

  /** The value of a key, {@code null} as JSON where it is absent. */
  String get(String key) {
    return members.stream()
        .filter(member -> member.key().equals(key))
        .map(Member::value)
        .findFirst()
        .orElse("null");
  }

  /** The object with another value of a key, added at the end where it is new. */
  JsonText with(String key, String value) {
    List<Member> copy = new ArrayList<>(members);
    for (int i = 0; i < copy.size(); i++) {
      if (copy.get(i).key().equals(key)) {
        copy.set(i, new Member(key, value));
        return new JsonText(copy);
      }
    }
    copy.add(new Member(key, value));
    return new JsonText(copy);
  }

  /** The object with a member more, doubled if its key is there. */
  JsonText plus(String key, String value) {
    List<Member> copy = new ArrayList<>(members);
    copy.add(new Member(key, value));
    return new JsonText(copy);
  }

  /** The object without a key. */
  JsonText without(String key) {
    return new JsonText(members.stream().filter(m -> !m.key().equals(key)).toList());
  }

  /** The object with a key of another name. */
  JsonText renamed(String key, String name) {
    return new JsonText(
        members.stream().map(m -> m.key().equals(key) ? new Member(name, m.value()) : m).toList());
  }

  byte[] bytes() {
    return toString().getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public String toString() {
    return members.stream()
        .map(m -> MAPPER.writeValueAsString(m.key()) + ": " + m.value())
        .collect(Collectors.joining(",\n ", "{", "}"));
  }
}
