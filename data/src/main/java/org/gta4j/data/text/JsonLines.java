package org.gta4j.data.text;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.gta4j.data.DataException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A JSON object a line, one of whose fields is a document. */
final class JsonLines {
  private static final JsonMapper MAPPER = new JsonMapper();

  private JsonLines() {}

  static void read(String file, InputStream stream, String field, Consumer<Piece> documents)
      throws IOException {
    BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(
                stream,
                StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)));
    long number = 0;
    for (String line = reader.readLine(); line != null; line = reader.readLine()) {
      number++;
      if (!line.isBlank()) {
        String text = text(file, number, line, field).strip();
        if (!text.isEmpty()) {
          documents.accept(new Piece(text, true, true));
        }
      }
    }
  }

  private static String text(String file, long number, String line, String field) {
    JsonNode object;
    try {
      object = MAPPER.readTree(line);
    } catch (JacksonException e) {
      throw new DataException(
          "%s: line %d: expected a JSON object, found %s"
              .formatted(file, number, e.getOriginalMessage()),
          e);
    }
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
    return text.stringValue();
  }
}
