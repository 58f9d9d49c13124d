package org.gta4j.cli.spark.batch;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.apache.spark.TaskContext;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.TaskCompletionListener;
import org.gta4j.checkpoint.Json;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

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

  private static final JsonMapper MAPPER =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  private InputRow() {}

  /** The rows of a chunk, read as they are asked for. */
  public static Iterator<Row> of(Path file, Chunk chunk) {
    return new Lines(file, chunk);
  }

  private static final class Lines implements Iterator<Row> {
    private final InputStream stream;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private long left;
    private long number;
    private @Nullable Row next;

    @SuppressWarnings("MustBeClosedChecker") // closed with the task
    Lines(Path file, Chunk chunk) {
      left = chunk.to() - chunk.from();
      number = chunk.firstLine() - 1;
      try {
        FileChannel channel = FileChannel.open(file);
        channel.position(chunk.from());
        stream = new BufferedInputStream(Channels.newInputStream(channel), 1 << 16);
      } catch (IOException e) {
        throw new UncheckedIOException(file.toString(), e);
      }
      TaskContext task = TaskContext.get();
      if (task != null) {
        TaskCompletionListener end = ended -> close();
        task.addTaskCompletionListener(end);
      }
    }

    private void close() {
      try {
        stream.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    /** A line without its end; false where none is left. */
    private boolean readLine() throws IOException {
      bytes.reset();
      if (left == 0) {
        return false;
      }
      while (left > 0) {
        int b = stream.read();
        if (b < 0) {
          throw new IOException("the file has become shorter while it was read");
        }
        left--;
        if (b == '\n') {
          break;
        }
        bytes.write(b);
      }
      number++;
      return true;
    }

    @Override
    public boolean hasNext() {
      try {
        while (next == null && readLine()) {
          next = row(number, bytes.toByteArray()).orElse(null);
        }
        return next != null;
      } catch (IOException e) {
        throw new UncheckedIOException("the input", e);
      }
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
  static Optional<Row> row(long number, byte... line) {
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(line)).toString();
    } catch (CharacterCodingException e) {
      return Optional.of(wrong(number, null, "expected UTF-8, found other bytes"));
    }
    if (text.chars().allMatch(c -> c == ' ' || c == '\t' || c == '\r')) {
      return Optional.empty();
    }
    JsonNode node;
    try {
      node = MAPPER.readTree(text);
    } catch (JacksonException e) {
      return Optional.of(wrong(number, null, "expected a JSON object, found " + Json.reason(e)));
    }
    return Optional.of(
        node instanceof ObjectNode object
            ? row(number, object)
            : wrong(number, null, "expected a JSON object, found " + node.getNodeType()));
  }

  private static Row row(long number, ObjectNode object) {
    JsonNode id = object.path(ID);
    if (!id.isString() && !id.isNumber()) {
      return wrong(
          number, null, "expected a text or a number in the field \"id\", found " + found(id));
    }
    JsonNode text = object.path(TEXT);
    if (!text.isString()) {
      return wrong(
          number, id.toString(), "expected a text in the field \"text\", found " + found(text));
    }
    return RowFactory.create(number, id.toString(), text.stringValue(), null);
  }

  private static String found(JsonNode node) {
    return node.isMissingNode() ? "no such field" : String.valueOf(node.getNodeType());
  }

  private static Row wrong(long number, @Nullable String id, String problem) {
    return RowFactory.create(number, id, null, "line %d: %s".formatted(number, problem));
  }
}
