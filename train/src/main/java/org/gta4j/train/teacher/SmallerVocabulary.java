package org.gta4j.train.teacher;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.gta4j.checkpoint.CheckpointException;
import org.gta4j.checkpoint.Json;
import org.gta4j.tokenizer.AddedToken;
import org.gta4j.tokenizer.ControlTokens;
import org.gta4j.tokenizer.Tokenizer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A part of a byte-pair vocabulary: the tokens that some texts use most, with all that they are
 * merged from. A word whose tokens are all kept is cut as before, so a model of the whole
 * vocabulary can teach one of the part.
 */
public final class SmallerVocabulary {
  private final String file;
  private final ObjectNode json;
  private final Tokenizer tokenizer;
  private final Map<String, Integer> vocabulary = new LinkedHashMap<>();
  private final Map<String, List<String>> parts = new HashMap<>();
  private final Set<String> sought = new HashSet<>();

  private SmallerVocabulary(String file, byte[] bytes, Tokenizer tokenizer) {
    this.file = file;
    this.tokenizer = tokenizer;
    json = Json.readObject(file, bytes);
    JsonNode model = json.path("model");
    if (!model.path("type").asString("").equals("BPE")
        || !model.path("vocab").isObject()
        || !model.path("merges").isArray()) {
      throw CheckpointException.of(
          file, "model", "byte-pair encoding with vocab and merges", model.path("type"));
    }
    for (Map.Entry<String, JsonNode> entry : model.path("vocab").properties()) {
      vocabulary.put(entry.getKey(), entry.getValue().asInt());
    }
    for (JsonNode token : json.path(AddedToken.KEY)) {
      sought.add(AddedToken.read(file, token).name());
    }
    for (JsonNode merge : model.path("merges")) {
      List<String> pair = pair(merge);
      parts.putIfAbsent(pair.getFirst() + pair.getLast(), pair);
    }
  }

  private static List<String> pair(JsonNode merge) {
    if (merge.isArray()) {
      return List.of(merge.path(0).asString(""), merge.path(1).asString(""));
    }
    String text = merge.asString("");
    int space = Math.max(0, text.indexOf(' ', 1));
    return List.of(text.substring(0, space), text.substring(Math.min(text.length(), space + 1)));
  }

  /**
   * The {@code tokenizer.json} of the part.
   *
   * @param file the name of the whole one, for errors
   * @param json the whole {@code tokenizer.json}
   * @param tokenizer the whole tokenizer
   * @param documents the texts whose tokens are counted
   * @param size how many tokens there shall be at most
   * @param end the name of the token that ends texts, the only control token of the part
   * @throws CheckpointException if it is no byte-pair encoding, or has no such token
   * @throws IllegalArgumentException if letters alone are more than {@code size}
   */
  public static byte[] of(
      String file, byte[] json, Tokenizer tokenizer, List<String> documents, int size, String end) {
    return new SmallerVocabulary(file, json, tokenizer).part(documents, size, end);
  }

  private byte[] part(List<String> documents, int size, String end) {
    if (!vocabulary.containsKey(end)) {
      throw CheckpointException.of(file, "vocab", "a token " + end, "none");
    }
    Set<String> kept = new HashSet<>(Set.of(end));
    for (String token : vocabulary.keySet()) {
      if (!parts.containsKey(token) && !sought.contains(token)) {
        kept.add(token); // a letter, or a byte
      }
    }
    if (kept.size() > size) {
      throw new IllegalArgumentException(
          "expected a vocabulary of at least the %d letters in %s, found %d"
              .formatted(kept.size(), file, size));
    }
    for (String token : byUse(documents)) {
      Set<String> with = new HashSet<>();
      addWithParts(token, kept, with);
      if (kept.size() + with.size() <= size) {
        kept.addAll(with);
      }
    }
    return written(kept, end);
  }

  /** Tokens that are merged and occur, the most frequent first. */
  private List<String> byUse(List<String> documents) {
    long[] uses = new long[tokenizer.size()];
    for (String document : documents) {
      for (int id : tokenizer.encode(document, Tokenizer.Framing.NONE, ControlTokens.ESCAPED)) {
        uses[id]++;
      }
    }
    return IntStream.range(0, uses.length)
        .filter(id -> uses[id] > 0)
        .boxed()
        .sorted(Comparator.comparingLong((Integer id) -> -uses[id]))
        .map(tokenizer::name)
        .filter(parts::containsKey)
        .toList();
  }

  private void addWithParts(String token, Set<String> kept, Set<String> with) {
    if (!kept.contains(token) && with.add(token)) {
      for (String part : parts.getOrDefault(token, List.of())) {
        addWithParts(part, kept, with);
      }
    }
  }

  private byte[] written(Set<String> kept, String end) {
    List<String> names = new ArrayList<>(List.of(end));
    vocabulary.entrySet().stream()
        .sorted(Map.Entry.comparingByValue())
        .map(Map.Entry::getKey)
        .filter(token -> kept.contains(token) && !token.equals(end))
        .forEach(names::add);
    ObjectNode model = (ObjectNode) json.path("model");
    ObjectNode vocab = model.putObject("vocab");
    for (int id = 0; id < names.size(); id++) {
      vocab.put(names.get(id), id);
    }
    ArrayNode merges = ((ArrayNode) model.path("merges")).deepCopy();
    ArrayNode left = model.putArray("merges");
    for (JsonNode merge : merges) {
      List<String> pair = pair(merge);
      if (kept.containsAll(pair) && kept.contains(pair.getFirst() + pair.getLast())) {
        left.add(merge);
      }
    }
    AddedToken.exact(end, 0, true).addTo(json.putArray(AddedToken.KEY));
    json.putNull("post_processor"); // it would name tokens that are gone
    return Json.toBytes(json);
  }
}
