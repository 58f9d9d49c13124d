package org.gta4j.data.text;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.gta4j.checkpoint.Json;
import org.gta4j.data.DataException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A JSON object a line, one of whose fields may be a document. */
final class JsonLines {
  private static final JsonMapper MAPPER = new JsonMapper();

  private JsonLines() {}

  /**
   * Reads lines.
   *
   * @param before how many of the file's lines stand before them
   */
  static void read(Path file, InputStream stream, long before, DocumentFiles.Objects objects)
      throws IOException {
    BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(
                stream,
                StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)));
    long number = before;
    for (String line = reader.readLine(); line != null; line = reader.readLine()) {
      number++;
      if (!line.isBlank()) {
        objects.accept(number, object(file, number, line));
      }
    }
  }

  private static ObjectNode object(Path file, long number, String line) {
    String found;
    try {
      JsonNode node = MAPPER.readTree(line);
      if (node instanceof ObjectNode object) {
        return object;
      }
      found = String.valueOf(node.getNodeType());
    } catch (JacksonException e) {
      throw new DataException(
          "%s: line %d: expected a JSON object, found %s".formatted(file, number, Json.reason(e)),
          e);
    }
    throw new DataException(
        "%s: line %d: expected a JSON object, found %s".formatted(file, number, found));
  }

  /** The document in a line's object. */
  static void document(
      Path file, long number, ObjectNode object, String field, Consumer<Piece> documents) {
    JsonNode text = object.path(field);
    if (!text.isString()) {
      throw new DataException(
          "%s: line %d: expected a text in the field \"%s\", found %s"
              .formatted(
                  file,
                  number,
                  field,
                  text.isMissingNode() ? "no such field" : text.getNodeType()));
    }
    String stripped = text.stringValue().strip();
    if (!stripped.isEmpty()) {
      documents.accept(new Piece(stripped, true, true));
    }
  }
}
