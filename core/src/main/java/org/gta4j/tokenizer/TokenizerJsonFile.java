package org.gta4j.tokenizer;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.gta4j.checkpoint.CheckpointException;
import org.gta4j.checkpoint.InputFile;
import org.gta4j.checkpoint.Json;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.MissingNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What stands in a {@code tokenizer.json}: vocabulary and merges, read piece by piece since there
 * are hundreds of thousands, and small parts as trees.
 */
final class TokenizerJsonFile {
  private static final long MAX_BYTES = 128L << 20;
  private static final int MAX_PART_NODES = 20_000;
  private static final int MOST_GAPS = 4096;
  private static final Pattern BYTE = Pattern.compile("<0x[0-9A-F]{2}>");

  /** More tokens than any vocabulary has. */
  static final int MAX_TOKENS = 1 << 22;

  private final String file;
  private final Map<String, JsonNode> parts = new HashMap<>();
  private final Map<String, Integer> ids = new HashMap<>();
  private final List<AddedToken> added = new ArrayList<>();
  private final List<String> merges = new ArrayList<>();

  private TokenizerJsonFile(String file) {
    this.file = file;
  }

  /**
   * Reads a file.
   *
   * @throws CheckpointException if it is damaged, or not of byte-pair encoding
   */
  static TokenizerJsonFile read(Path path) {
    return read(path.toString(), InputFile.readBytes(path, MAX_BYTES));
  }

  /** Reads a file's bytes; {@code file} names them in errors. */
  static TokenizerJsonFile read(String file, byte[] bytes) {
    TokenizerJsonFile reader = new TokenizerJsonFile(file);
    reader.read(bytes);
    return reader;
  }

  private void read(byte[] bytes) {
    Json.readFields(
        file,
        bytes,
        (key, value) -> {
          switch (key) {
            case AddedToken.KEY -> addedTokens(value);
            case "model" -> model(value);
            case "normalizer", "pre_tokenizer", "post_processor" ->
                parts.put(key, tree(key, value));
            default -> {}
          }
        });
  }

  /** A small part as a tree. */
  private JsonNode tree(String key, JsonParser parser) {
    return tree(key, parser, new int[] {MAX_PART_NODES});
  }

  private JsonNode tree(String key, JsonParser parser, int[] left) {
    if (--left[0] < 0) {
      throw wrong(key, "at most %d values".formatted(MAX_PART_NODES), "more");
    }
    JsonNodeFactory nodes = JsonNodeFactory.instance;
    return switch (parser.currentToken()) {
      case START_OBJECT -> {
        ObjectNode object = nodes.objectNode();
        Json.readFields(parser, (name, value) -> object.set(name, tree(key, value, left)));
        yield object;
      }
      case START_ARRAY -> {
        ArrayNode array = nodes.arrayNode();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          array.add(tree(key, parser, left));
        }
        yield array;
      }
      case VALUE_STRING -> nodes.stringNode(parser.getString());
      case VALUE_TRUE, VALUE_FALSE -> nodes.booleanNode(parser.getBooleanValue());
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> nodes.numberNode(parser.getDoubleValue());
      default -> nodes.nullNode();
    };
  }

  private void model(JsonParser model) {
    if (model.currentToken() != JsonToken.START_OBJECT) {
      throw wrong("model", "an object", Json.describe(model));
    }
    Json.readFields(
        model,
        (key, value) -> {
          switch (key) {
            case "vocab" -> vocab(value);
            case "merges" -> merges(value);
            default -> parts.put("model." + key, tree("model." + key, value));
          }
        });
  }

  private void vocab(JsonParser parser) {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      throw wrong("model.vocab", "an object from tokens to ids", Json.describe(parser));
    }
    Json.readFields(
        parser, (name, value) -> ids.put(name, id(value, "model.vocab", "an id for " + name)));
  }

  private int id(JsonParser value, String key, String expected) {
    if (value.currentToken() == JsonToken.VALUE_NUMBER_INT) {
      long id = value.getNumberType() == JsonParser.NumberType.INT ? value.getIntValue() : -1;
      if (id >= 0 && id < MAX_TOKENS) {
        return (int) id;
      }
    }
    throw wrong(key, "%s from 0 to %d".formatted(expected, MAX_TOKENS - 1), Json.describe(value));
  }

  private void merges(JsonParser parser) {
    if (parser.currentToken() != JsonToken.START_ARRAY) {
      throw wrong("model.merges", "a list", Json.describe(parser));
    }
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      String left;
      String right;
      if (parser.currentToken() == JsonToken.START_ARRAY) {
        left = merged(parser);
        right = merged(parser);
        if (parser.nextToken() != JsonToken.END_ARRAY) {
          throw wrong("model.merges", "two tokens", "more");
        }
      } else {
        String both = parser.currentToken() == JsonToken.VALUE_STRING ? parser.getString() : "";
        int space = both.indexOf(' ');
        if (space < 0 || both.indexOf(' ', space + 1) >= 0) {
          throw wrong("model.merges", "two tokens with a space between", Json.describe(parser));
        }
        left = both.substring(0, space);
        right = both.substring(space + 1);
      }
      merges.add(left);
      merges.add(right);
    }
  }

  private String merged(JsonParser parser) {
    if (parser.nextToken() != JsonToken.VALUE_STRING) {
      throw wrong("model.merges", "two tokens", Json.describe(parser));
    }
    return parser.getString();
  }

  private void addedTokens(JsonParser parser) {
    if (parser.currentToken() != JsonToken.START_ARRAY) {
      throw wrong(AddedToken.KEY, "a list", Json.describe(parser));
    }
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      added.add(AddedToken.read(file, tree(AddedToken.KEY, parser)));
    }
  }

  /** All tokens. */
  Vocabulary vocabulary() {
    String type = option("type").asString("BPE");
    if (!type.equals("BPE")) {
      throw wrong("model.type", "BPE, byte-pair encoding", type);
    }
    for (String affix : new String[] {"continuing_subword_prefix", "end_of_word_suffix"}) {
      if (!option(affix).asString("").isEmpty()) {
        throw wrong("model." + affix, "none", option(affix));
      }
    }
    int size = 0;
    for (int id : ids.values()) {
      size = Math.max(size, id + 1);
    }
    for (AddedToken token : added) {
      size = Math.max(size, token.id() + 1);
    }
    int count = ids.size() + added.size();
    if (count == 0 || size > 2 * count + MOST_GAPS) {
      throw wrong(
          "model.vocab",
          "ids without large gaps",
          "%d tokens up to id %d".formatted(count, size - 1));
    }
    String[] names = new String[size];
    Arrays.fill(names, "");
    Vocabulary.Kind[] kinds = new Vocabulary.Kind[size];
    Arrays.fill(kinds, Vocabulary.Kind.UNUSED);
    boolean bytes = byteFallback();
    ids.forEach((name, id) -> {
      if (kinds[id] != Vocabulary.Kind.UNUSED) {
        throw wrong("model.vocab", "one token with id " + id, names[id] + " and " + name);
      }
      names[id] = name;
      kinds[id] =
          bytes && BYTE.matcher(name).matches() ? Vocabulary.Kind.BYTE : Vocabulary.Kind.NORMAL;
    });
    for (AddedToken token : added) {
      int id = token.id();
      Integer other = ids.putIfAbsent(token.name(), id);
      if ((other != null && other != id)
          || !(names[id].isEmpty() || names[id].equals(token.name()))) {
        throw wrong(
            AddedToken.KEY,
            "an id that no other token has, and one for each",
            "%s with id %d".formatted(token.name(), id));
      }
      names[id] = token.name();
      kinds[id] = token.special() ? Vocabulary.Kind.CONTROL : Vocabulary.Kind.USER_DEFINED;
    }
    return Vocabulary.of(Arrays.asList(names), Arrays.asList(kinds));
  }

  /** For each pair that can be merged when it was learned. */
  PairTable ranks() {
    PairTable ranks = new PairTable(merges.size() / 2);
    for (int i = 0; i < merges.size(); i += 2) {
      ranks.putIfAbsent(mergeId(i, merges.get(i)), mergeId(i, merges.get(i + 1)), i / 2);
    }
    return ranks;
  }

  /** For each merge what it gives. */
  int[] merged() {
    int[] merged = new int[merges.size() / 2];
    for (int i = 0; i < merged.length; i++) {
      merged[i] = mergeId(2 * i, merges.get(2 * i) + merges.get(2 * i + 1));
    }
    return merged;
  }

  private int mergeId(int index, String token) {
    Integer id = ids.get(token);
    if (id == null) {
      throw wrong(
          "model.merges",
          "tokens of the vocabulary that are one together",
          merges.get(index) + " " + merges.get(index + 1));
    }
    return id;
  }

  /** The two tokens of each merge, one behind the other. */
  List<String> merges() {
    return merges;
  }

  /** The id of the token for what is unknown; −1 where there is none. */
  int unknown() {
    JsonNode name = option("unk_token");
    if (!name.isString()) {
      return -1;
    }
    Integer id = ids.get(name.stringValue());
    if (id == null) {
      throw wrong("model.unk_token", "a token of the vocabulary", name);
    }
    return id;
  }

  boolean byteFallback() {
    return option("byte_fallback").asBoolean(false);
  }

  boolean fusesUnknown() {
    return option("fuse_unk").asBoolean(false);
  }

  boolean ignoresMerges() {
    return option("ignore_merges").asBoolean(false);
  }

  /** The tokens that take white space beside them, left and right. */
  TokenScanner.Strips strips() {
    BitSet left = new BitSet();
    BitSet right = new BitSet();
    for (AddedToken token : added) {
      left.set(token.id(), token.left());
      right.set(token.id(), token.right());
    }
    return new TokenScanner.Strips(left, right);
  }

  /** The tokens that are sought in the normalized text. */
  List<String> normalizedTokens() {
    return added.stream().filter(AddedToken::normalized).map(AddedToken::name).toList();
  }

  private JsonNode option(String name) {
    return part("model." + name);
  }

  /** A part by its key; missing where it is not there. */
  JsonNode part(String key) {
    return parts.getOrDefault(key, MissingNode.getInstance());
  }

  /** The error that a key is not what was expected. */
  CheckpointException wrong(String key, String expected, Object found) {
    return CheckpointException.of(file, key, expected, found);
  }
}
