package org.gta4j.checkpoint;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reading and writing the JSON of checkpoints: strict about doubled keys and rubbish after the end.
 */
public final class Json {
  /**
   * No configuration is longer; a file that is, is not one. As a tree, JSON can take thirty times
   * its size.
   */
  static final long MAX_TREE_BYTES = 4L << 20;

  /** No index is longer: it is not read as a tree. */
  static final long MAX_FILE_BYTES = 32L << 20;

  private static final String OBJECT = "a JSON object";

  /** Takes an object's keys one after the other. */
  @FunctionalInterface
  public interface Field {
    /**
     * Takes a key; the parser stands at the first token of its value, and whatever is left of the
     * value is skipped.
     */
    void read(String key, JsonParser parser);
  }

  /**
   * Made when JSON is first read or written: making them takes longer than loading a small model,
   * and one of llama2.c's has no JSON.
   */
  private static final class Mappers {
    /**
     * Python writes {@code NaN} and {@code Infinity} into JSON; whether a key may be that is
     * checked where it is read.
     */
    static final JsonMapper PRETTY =
        JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(SerializationFeature.INDENT_OUTPUT)
            .build();

    /** The same without line breaks. */
    static final JsonMapper COMPACT = JsonMapper.builder().build();

    private Mappers() {}
  }

  private Json() {}

  /**
   * The object in a JSON file of at most 4 MiB.
   *
   * @throws CheckpointException if the file cannot be read or holds something else
   */
  public static ObjectNode readObject(Path file) {
    return readObject(file.toString(), InputFile.readBytes(file, MAX_TREE_BYTES));
  }

  /**
   * The object in at most 4 MiB of JSON.
   *
   * @param file names the bytes in errors
   * @throws CheckpointException if they are more or something else
   */
  public static ObjectNode readObject(String file, byte[] bytes) {
    if (bytes.length > MAX_TREE_BYTES) {
      throw CheckpointException.of(
          file, "size", "at most %d bytes".formatted(MAX_TREE_BYTES), bytes.length);
    }
    try {
      if (Mappers.PRETTY.readTree(bytes) instanceof ObjectNode object) {
        return object;
      }
    } catch (JacksonException e) {
      throw mistake(file, e);
    }
    throw CheckpointException.of(
        file, "content", OBJECT, new String(bytes, StandardCharsets.UTF_8));
  }

  /**
   * Reads an object key by key, so that no more of it than one key's value need be held.
   *
   * @param file names the bytes in errors
   * @throws CheckpointException if the bytes are not JSON or not an object
   */
  public static void readFields(String file, byte[] bytes, Field field) {
    try (JsonParser parser = Mappers.PRETTY.createParser(bytes)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw CheckpointException.of(file, "content", OBJECT, describe(parser));
      }
      readFields(parser, field);
      if (parser.nextToken() != null) {
        throw CheckpointException.of(
            file, "content", "nothing after the JSON object", describe(parser));
      }
    } catch (JacksonException e) {
      throw mistake(file, e);
    }
  }

  /** Reads an object inside another one; the parser stands at its begin, and then at its end. */
  public static void readFields(JsonParser parser, Field field) {
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String key = parser.currentName();
      parser.nextToken();
      field.read(key, parser);
      parser.skipChildren();
    }
  }

  /** What the parser stands at, for people. */
  public static String describe(JsonParser parser) {
    return switch (parser.currentToken()) {
      case null -> "nothing";
      case START_OBJECT -> "an object";
      case START_ARRAY -> "a list";
      case END_ARRAY -> "the end of the list";
      default -> parser.getString();
    };
  }

  /** A new, empty object. */
  public static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  /** The bytes of a JSON file with this content. */
  public static byte[] toBytes(JsonNode node) {
    return Mappers.PRETTY.writeValueAsBytes(node);
  }

  /** The same without line breaks. */
  static byte[] toCompactBytes(JsonNode node) {
    return Mappers.COMPACT.writeValueAsBytes(node);
  }

  /** Where the library speaks of its own settings, or on further lines. Only errors need it. */
  private static String withoutAsides(String text) {
    return Pattern.compile(
            "(, from `[^`]*`|( \\((for |start marker at )|: enable `|\\R).*)", Pattern.DOTALL)
        .matcher(text)
        .replaceAll("");
  }

  /** What is wrong with a text that is no JSON. */
  public static String reason(JacksonException e) {
    return withoutAsides(String.valueOf(e.getOriginalMessage()));
  }

  private static CheckpointException mistake(String file, JacksonException e) {
    int line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
    return CheckpointException.of(
        file,
        "content",
        OBJECT,
        "a mistake%s: %s".formatted(line < 1 ? "" : " in line " + line, reason(e)),
        e);
  }
}
