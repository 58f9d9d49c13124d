package org.gta4j.data.shard;

import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.gta4j.checkpoint.CheckpointException;
import org.gta4j.checkpoint.Json;
import org.gta4j.data.DataException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a folder of shards holds.
 *
 * @param vocabulary ids go from 0 to this minus 1
 * @param tokenizer a checksum of the tokenizer, or what else tells it from others
 * @param tokenBytes bytes a token, little endian: 2, or 4 where 2 are too few for the vocabulary
 * @param documents how many there are
 * @param shards the files, in the order of the text
 */
public record ShardIndex(
    int vocabulary, String tokenizer, int tokenBytes, long documents, List<Shard> shards) {
  /** The index's name in its folder. */
  static final String NAME = "index.json";

  private static final String FORMAT = "gta4j shards 1";
  private static final int MOST_SHARDS = 1 << 20;

  /**
   * A file of tokens.
   *
   * @param name of the file in the folder
   * @param tokens how many
   * @param checksum CRC-32C of its bytes
   */
  public record Shard(String name, long tokens, String checksum) implements Serializable {}

  /** Checks the numbers. */
  public ShardIndex {
    if (tokenBytes != Short.BYTES && tokenBytes != Integer.BYTES) {
      throw new IllegalArgumentException("token_bytes: expected 2 or 4, found " + tokenBytes);
    }
    if (vocabulary < 1) {
      throw new IllegalArgumentException("vocabulary: expected at least 1, found " + vocabulary);
    }
    if (tokenBytes != tokenBytes(vocabulary)) {
      throw new IllegalArgumentException(
          "token_bytes: expected %d for a vocabulary of %d, found %d"
              .formatted(tokenBytes(vocabulary), vocabulary, tokenBytes));
    }
    if (shards.isEmpty() || shards.size() > MOST_SHARDS) {
      throw new IllegalArgumentException(
          "shards: expected 1 to %d, found %d".formatted(MOST_SHARDS, shards.size()));
    }
    for (Shard shard : shards) {
      if (!shard.name().matches("[A-Za-z0-9_-][A-Za-z0-9._-]*") || shard.tokens() < 1) {
        throw new IllegalArgumentException(
            "shards: expected files of this folder with tokens, found %s with %d"
                .formatted(shard.name(), shard.tokens()));
      }
    }
    shards = List.copyOf(shards);
  }

  /**
   * Of files that were just written.
   *
   * @throws IllegalArgumentException if there are none
   */
  public static ShardIndex of(
      int vocabulary, String tokenizer, long documents, List<Shard> shards) {
    return new ShardIndex(vocabulary, tokenizer, tokenBytes(vocabulary), documents, shards);
  }

  /** Bytes that a token of such a vocabulary takes. */
  static int tokenBytes(int vocabulary) {
    return vocabulary <= 1 << Short.SIZE ? Short.BYTES : Integer.BYTES;
  }

  /** All tokens. */
  public long tokens() {
    long sum = 0;
    for (Shard shard : shards) {
      sum = Math.addExact(sum, shard.tokens());
    }
    return sum;
  }

  /** Whether a folder has an index. */
  public static boolean isIn(Path folder) {
    return Files.isRegularFile(folder.resolve(NAME));
  }

  /**
   * Reads a folder's index.
   *
   * @throws DataException if there is none, or it is damaged
   */
  static ShardIndex read(Path folder) {
    Path file = folder.resolve(NAME);
    if (!isIn(folder)) {
      throw new DataException(
          "%s: expected a folder that gta data prepare made, found no %s".formatted(folder, NAME));
    }
    try {
      ObjectNode json = Json.readObject(file);
      String format = json.path("format").asString("");
      if (!format.equals(FORMAT)) {
        throw new IllegalArgumentException(
            "format: expected \"%s\", found \"%s\"".formatted(FORMAT, format));
      }
      List<Shard> shards = new ArrayList<>();
      for (JsonNode shard : json.path("shards")) {
        shards.add(
            new Shard(text(shard, "name"), number(shard, "tokens"), text(shard, "checksum")));
      }
      ShardIndex index =
          new ShardIndex(
              Math.toIntExact(number(json, "vocabulary")),
              text(json, "tokenizer"),
              Math.toIntExact(number(json, "token_bytes")),
              number(json, "documents"),
              shards);
      long tokens = number(json, "tokens");
      if (tokens != index.tokens()) {
        throw new IllegalArgumentException(
            "tokens: expected %d, as many as its shards have together, found %d"
                .formatted(index.tokens(), tokens));
      }
      return index;
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new DataException("%s: %s".formatted(file, e.getMessage()), e);
    } catch (CheckpointException e) {
      throw new DataException(String.valueOf(e.getMessage()), e);
    }
  }

  private static String text(JsonNode json, String key) {
    if (!json.path(key).isString()) {
      throw new IllegalArgumentException(
          "%s: expected a text, found %s".formatted(key, json.path(key)));
    }
    return json.path(key).stringValue();
  }

  private static long number(JsonNode json, String key) {
    if (!json.path(key).canConvertToLong() || !json.path(key).isIntegralNumber()) {
      throw new IllegalArgumentException(
          "%s: expected an integer, found %s".formatted(key, json.path(key)));
    }
    return json.path(key).longValue();
  }

  byte[] toJson() {
    ObjectNode json = Json.object();
    json.put("format", FORMAT).put("vocabulary", vocabulary).put("tokenizer", tokenizer);
    json.put("token_bytes", tokenBytes).put("documents", documents).put("tokens", tokens());
    ArrayNode list = json.putArray("shards");
    for (Shard shard : shards) {
      list.addObject()
          .put("name", shard.name())
          .put("tokens", shard.tokens())
          .put("checksum", shard.checksum());
    }
    return Json.toBytes(json);
  }
}
