package org.gta4j.robustness;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.gta4j.checkpoint.GgufMetadata;
import org.gta4j.checkpoint.GgufValue;
import org.gta4j.tokenizer.TestTokenizers;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Damages what models bring for texts: tokenizers and chat templates. */
final class TextMutator {
  private static final JsonMapper MAPPER = JsonMapper.shared();

  private static final List<String> VALUES =
      List.of(
          "null",
          "true",
          "false",
          "0",
          "1",
          "-1",
          "2147483647",
          "4194303",
          "1e99",
          "0.5",
          "\"\"",
          "\"a\"",
          "\"\u2581\"",
          "\"<unk>\"",
          "\"\\u0000\"",
          "\"\\ud800\"",
          "[]",
          "{}",
          "[[]]",
          "[null]",
          "{\"type\":\"Sequence\"}",
          "{\"type\":\"ByteLevel\"}",
          "{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"Digits\"}]}",
          "{\"type\":\"FixedLength\",\"length\":0}",
          "{\"type\":\"NFC\"}",
          "{\"type\":\"Replace\",\"pattern\":{\"String\":\"a\"},\"content\":\"aaaaaaaa\"}",
          "{\"type\":\"Prepend\",\"prepend\":\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"}",
          "{\"type\":\"Split\",\"pattern\":{\"Regex\":\"(a|aa)+$\"},\"behavior\":\"Isolated\"}",
          "{\"type\":\"Split\",\"pattern\":{\"Regex\":\"(x+x+)+y\"},\"behavior\":\"Isolated\"}",
          "{\"type\":\"Split\",\"pattern\":{\"Regex\":\"((.|\\\\n)*)*b\"},\"behavior\":\"Isolated\"}",
          "{\"type\":\"Split\",\"pattern\":{\"Regex\":\"\"},\"behavior\":\"Isolated\"}",
          "{\"type\":\"Split\",\"pattern\":{\"Regex\":\"(\"},\"behavior\":\"Isolated\"}",
          "{\"type\":\"Split\",\"pattern\":{\"Regex\":\"[a-\"},\"behavior\":\"Removed\"}",
          "{\"type\":\"Metaspace\",\"replacement\":\"\u2581\",\"split\":false}");

  private TextMutator() {}

  /** Another value somewhere in a JSON file, or other bytes. */
  static byte[] json(byte[] file, Chance chance) {
    if (chance.onceIn(4)) {
      return ByteMutator.mutate(file, chance);
    }
    JsonNode root = MAPPER.readTree(file);
    for (int i = chance.below(3); i >= 0; i--) {
      mutate(root, chance);
    }
    return MAPPER.writeValueAsBytes(root);
  }

  private static void mutate(JsonNode root, Chance chance) {
    JsonNode node = root;
    while (true) {
      JsonNode child =
          switch (node) {
            case ObjectNode object when !object.isEmpty() -> {
              String name = chance.of(List.copyOf(object.propertyNames()));
              if (!isDeep(object.get(name)) || chance.onceIn(8)) {
                change(object, name, chance);
                yield object.missingNode();
              }
              yield object.get(name);
            }
            case ArrayNode array when !array.isEmpty() -> {
              int index = chance.below(array.size());
              if (!isDeep(array.get(index)) || chance.onceIn(8)) {
                array.set(index, value(chance));
                yield array.missingNode();
              }
              yield array.get(index);
            }
            default -> node.isMissingNode() ? node : MAPPER.missingNode();
          };
      if (child.isMissingNode()) {
        return;
      }
      node = child;
    }
  }

  private static boolean isDeep(JsonNode node) {
    return node.isContainer() && !node.isEmpty();
  }

  private static void change(ObjectNode object, String name, Chance chance) {
    switch (chance.below(4)) {
      case 0 -> object.remove(name);
      case 1 -> object.set(name + "x", object.get(name));
      default -> object.set(name, value(chance));
    }
  }

  private static JsonNode value(Chance chance) {
    return MAPPER.readTree(chance.of(VALUES));
  }

  /** Another value of a key, or in a list. */
  static GgufMetadata gguf(GgufMetadata whole, Chance chance) {
    Map.Entry<String, GgufValue> entry = chance.of(List.copyOf(whole.values().entrySet()));
    GgufValue value =
        switch (entry.getValue()) {
          case GgufValue.Texts texts when !chance.onceIn(4) && !texts.values().isEmpty() -> {
            List<String> copy = new ArrayList<>(texts.values());
            int at = chance.below(copy.size());
            switch (chance.below(5)) {
              case 0 -> copy.remove(at);
              case 1 -> copy.add(at, chance.oneOf("", " ", "a", "a b", "<0x41>", "\uD800"));
              case 2 -> copy.set(at, copy.get(chance.below(copy.size())));
              case 3 -> copy.clear();
              default ->
                  copy.set(
                      at,
                      chance.oneOf(
                          "", " ", "  ", "a", "\u0120", "\u0120 \u0120", "\0", "x".repeat(9_999)));
            }
            yield new GgufValue.Texts(copy);
          }
          case GgufValue.Wholes wholes when !chance.onceIn(4) && wholes.values().length > 0 -> {
            int[] copy = wholes.values().clone();
            copy[chance.below(copy.length)] = chance.oneOf(0, -1, 1, 2, 3, 4, 5, 6, 7, 1 << 30);
            yield new GgufValue.Wholes(copy);
          }
          case GgufValue.Reals reals when !chance.onceIn(4) && reals.values().length > 0 -> {
            float[] copy = reals.values().clone();
            copy[chance.below(copy.length)] =
                chance.oneOf(0f, Float.NaN, Float.NEGATIVE_INFINITY, 1e38f, -1e38f, -0f);
            yield new GgufValue.Reals(copy);
          }
          default ->
              chance.oneOf(
                  new GgufValue.Text(
                      chance.oneOf("", "gpt2", "llama", "bert", "none", "qwen2", "x\ny")),
                  new GgufValue.Whole(chance.oneOf(0L, -1L, 1L, 5L, 1L << 40)),
                  new GgufValue.Flag(chance.onceIn(2)),
                  new GgufValue.Texts(List.of()),
                  new GgufValue.Texts(List.of("a", "b", "ab")),
                  new GgufValue.Wholes(),
                  new GgufValue.Reals(Float.NaN),
                  new GgufValue.Real(Double.NaN),
                  new GgufValue.Others(List.of(new GgufValue.Flag(true))));
        };
    String key =
        chance.onceIn(6)
            ? chance.oneOf(
                "tokenizer.ggml.add_bos_token",
                "tokenizer.ggml.add_space_prefix",
                "tokenizer.ggml.scores",
                "tokenizer.ggml.pre")
            : entry.getKey();
    return TestTokenizers.with(whole, key, value);
  }

  /** Another template: pieces lost, doubled, moved, taken from another one. */
  static String template(String whole, String other, Chance chance) {
    String text = whole;
    for (int i = chance.below(4); i >= 0; i--) {
      int at = chance.below(text.length() + 1);
      int end = Math.min(text.length(), at + chance.below(12));
      int from = chance.below(other.length() + 1);
      String piece = other.substring(from, Math.min(other.length(), from + chance.below(30)));
      text =
          switch (chance.below(6)) {
            case 0 -> text.substring(0, at) + text.substring(end);
            case 1 -> text.substring(0, end) + text.substring(at);
            case 2 -> text.substring(0, at) + piece + text.substring(at);
            case 3 ->
                text.substring(0, at)
                    + chance.oneOf(
                        "{{",
                        "}}",
                        "{%",
                        "%}",
                        "{#",
                        "#}",
                        "-",
                        "\"",
                        "'",
                        "(",
                        ")",
                        "[",
                        "]",
                        "|",
                        ".",
                        "\\",
                        "\0",
                        "\n",
                        "{% for x in messages %}",
                        "{% endfor %}",
                        "{% if x %}",
                        "{% else %}",
                        "{% endif %}",
                        "~",
                        "|tojson",
                        "|list",
                        "is defined",
                        " not ",
                        "**",
                        "messages",
                        "range(99999)",
                        "1e308",
                        "9223372036854775807",
                        "%}{{-")
                    + text.substring(at);
            case 4 ->
                text.replace(chance.oneOf("1", "2", "0"), chance.oneOf("99999999", "-1", "''"));
            default ->
                new String(
                    ByteMutator.mutate(text.getBytes(StandardCharsets.UTF_8), chance),
                    StandardCharsets.UTF_8);
          };
    }
    return text;
  }
}
