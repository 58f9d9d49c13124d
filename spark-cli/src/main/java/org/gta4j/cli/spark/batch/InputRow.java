package org.gta4j.cli.spark.batch;

import java.nio.charset.CharacterCodingException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.gta4j.checkpoint.Json;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.json.JsonMapper;

/** Lines of the input as rows: what is wrong with a line is said in its row. */
public final class InputRow {
  /** The column of the line's number. */
  public static final String LINE = "line";

  /** The column of the id, as JSON; null where there is none. */
  public static final String ID = "id";

  /** The column of the text; null where there is none. */
  public static final String TEXT = "text";

  /** The column of what is wrong; null where nothing is. */
  public static final String PROBLEM = "problem";

  /** The columns. */
  public static final StructType SCHEMA =
      new StructType()
          .add(LINE, DataTypes.LongType)
          .add(ID, DataTypes.StringType)
          .add(TEXT, DataTypes.StringType)
          .add(PROBLEM, DataTypes.StringType);

  private InputRow() {}

  /** The rows of a chunk, read as they are asked for. */
  public static Iterator<Row> of(Path file, Chunk chunk) {
    return new Rows(new ChunkLines(file, chunk));
  }

  private static final class Rows implements Iterator<Row> {
    private final ChunkLines lines;
    private @Nullable Row next;

    Rows(ChunkLines lines) {
      this.lines = lines;
    }

    @Override
    public boolean hasNext() {
      while (next == null && lines.advance()) {
        next = row(lines).orElse(null);
      }
      return next != null;
    }

    @Override
    public Row next() {
      if (!hasNext() || next == null) {
        throw new NoSuchElementException("no lines are left");
      }
      Row row = next;
      next = null;
      return row;
    }
  }

  /** The row of a line; empty where there is nothing in it. */
  private static Optional<Row> row(ChunkLines lines) {
    if (lines.isBlank()) {
      return Optional.empty();
    }
    long number = lines.number();
    String text;
    try {
      text = lines.text();
    } catch (CharacterCodingException e) {
      return Optional.of(wrong(number, null, "expected UTF-8, found other bytes"));
    }
    try (JsonParser parser = JsonMapper.shared().createParser(text)) {
      return Optional.of(row(number, parser));
    } catch (JacksonException e) {
      return Optional.of(wrong(number, null, "expected a JSON object, found " + Json.reason(e)));
    }
  }

  private static Row row(long number, JsonParser parser) {
    InputValue whole = InputValue.at(parser.nextToken(), parser);
    InputValue id = InputValue.MISSING;
    InputValue text = InputValue.MISSING;
    if (whole.isObject()) {
      while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
        String name = parser.currentName();
        InputValue value = InputValue.at(parser.nextToken(), parser);
        parser.skipChildren();
        switch (name) {
          case ID -> id = value;
          case TEXT -> text = value;
          default -> {} // others may be there
        }
      }
    }
    if (!whole.isObject()) {
      return wrong(number, null, "expected a JSON object, found " + whole.kind());
    }
    if (parser.nextToken() != null) {
      return wrong(number, null, "expected a JSON object, found more behind it");
    }
    if (!id.isText() && !id.isNumber()) {
      return wrong(
          number, null, "expected a text or a number in the field \"id\", found " + id.kind());
    }
    if (!id.isWhole()) {
      return wrong(
          number, null, "expected whole characters in the field \"id\", found half of one");
    }
    if (!text.isText()) {
      return wrong(
          number, id.json(), "expected a text in the field \"text\", found " + text.kind());
    }
    if (!text.isWhole()) {
      return wrong(
          number, id.json(), "expected whole characters in the field \"text\", found half of one");
    }
    return RowFactory.create(number, id.json(), text.text(), null);
  }

  private static Row wrong(long number, @Nullable String id, String problem) {
    return RowFactory.create(number, id, null, "line %d: %s".formatted(number, problem));
  }
}
