package org.gta4j.checkpoint;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reading and writing the JSON of checkpoints: strict about doubled keys and rubbish after the end.
 */
public final class Json {
  /** No configuration or index is longer; a file that is, is not one. */
  private static final long MAX_FILE_BYTES = 64L << 20;

  /**
   * Python writes {@code NaN} and {@code Infinity} into JSON; whether a key may be that is checked
   * where it is read.
   */
  static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(SerializationFeature.INDENT_OUTPUT)
          .build();

  /** The same without line breaks. */
  static final JsonMapper COMPACT = JsonMapper.builder().build();

  private Json() {}

  /**
   * The object in a JSON file.
   *
   * @throws CheckpointException if the file cannot be read or holds something else
   */
  public static ObjectNode readObject(Path file) {
    byte[] bytes;
    try {
      long size = Files.size(file);
      if (size > MAX_FILE_BYTES) {
        throw CheckpointException.of(
            file.toString(), "size", "at most %d bytes".formatted(MAX_FILE_BYTES), size);
      }
      bytes = Files.readAllBytes(file);
    } catch (IOException e) {
      throw MappedFile.unreadable(file, e);
    }
    return parseObject(file.toString(), bytes);
  }

  /** The object in {@code bytes}; {@code file} names them in errors. */
  static ObjectNode parseObject(String file, byte[] bytes) {
    try {
      if (MAPPER.readTree(bytes) instanceof ObjectNode object) {
        return object;
      }
    } catch (JacksonException e) {
      throw new CheckpointException(
          "%s: expected a JSON object, found a mistake in line %d: %s"
              .formatted(
                  file, e.getLocation() == null ? 0 : e.getLocation().getLineNr(), firstLine(e)),
          e);
    }
    throw CheckpointException.of(
        file, "content", "a JSON object", new String(bytes, StandardCharsets.UTF_8));
  }

  /** A new, empty object. */
  public static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  /** The bytes of a JSON file with this content. */
  public static byte[] toBytes(JsonNode node) {
    return MAPPER.writeValueAsBytes(node);
  }

  private static String firstLine(JacksonException e) {
    String text = e.getOriginalMessage();
    return text == null ? "not JSON" : text.lines().findFirst().orElse("not JSON");
  }
}
