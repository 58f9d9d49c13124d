package org.gta4j.cli.spark.batch;

import java.io.IOException;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.gta4j.checkpoint.AtomicOutput;
import org.gta4j.checkpoint.Json;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.util.RawValue;

/**
 * What came of a chunk.
 *
 * @param rows lines that were written
 * @param errors how many of them say what was wrong
 * @param tokens tokens of the others, as {@link ResultLine} counts them
 */
public record ChunkResult(long rows, long errors, long tokens) {
  /** The columns of a result that is a row. */
  public static final StructType SCHEMA =
      new StructType()
          .add("rows", DataTypes.LongType)
          .add("errors", DataTypes.LongType)
          .add("tokens", DataTypes.LongType);

  private static final int BUFFER = 1 << 20;

  /** Makes a line of a row that something was computed from. */
  @FunctionalInterface
  public interface ResultLine extends Serializable {
    /**
     * Adds what was computed to a line, and says how many tokens that is.
     *
     * @throws IllegalArgumentException if that is nothing to write
     */
    long add(ObjectNode line, ResultRow row);
  }

  /** The result that a row is. */
  public static ChunkResult of(Row row) {
    return new ChunkResult(row.getLong(0), row.getLong(1), row.getLong(2));
  }

  /** It as a row. */
  public Row row() {
    return RowFactory.create(rows, errors, tokens);
  }

  /** Both together. */
  public ChunkResult plus(ChunkResult other) {
    return new ChunkResult(rows + other.rows, errors + other.errors, tokens + other.tokens);
  }

  /**
   * Writes a chunk's file, whole or not at all.
   *
   * @param rows the input's columns, those that were computed, and an error
   * @param columns their names, in their order
   * @param error the column of the error
   */
  public static ChunkResult write(
      Path file, Iterator<Row> rows, List<String> columns, String error, ResultLine result) {
    Writer writer = new Writer(columns, error, result);
    AtomicOutput.write(file, channel -> writer.write(channel, rows));
    return new ChunkResult(writer.rows, writer.errors, writer.tokens);
  }

  private static final class Writer {
    private final List<String> columns;
    private final String error;
    private final ResultLine result;
    private final StringBuilder text = new StringBuilder();
    private long rows;
    private long errors;
    private long tokens;

    Writer(List<String> columns, String error, ResultLine result) {
      this.columns = columns;
      this.error = error;
      this.result = result;
    }

    void write(FileChannel channel, Iterator<Row> all) throws IOException {
      while (all.hasNext()) {
        text.append(line(new ResultRow(all.next(), columns))).append('\n');
        rows++;
        if (text.length() >= BUFFER) {
          flush(channel);
        }
      }
      flush(channel);
    }

    private void flush(FileChannel channel) throws IOException {
      AtomicOutput.writeFully(
          channel, ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.UTF_8)));
      text.setLength(0);
    }

    private ObjectNode line(ResultRow row) {
      ObjectNode line = Json.object();
      String id = row.text(InputRow.ID);
      if (id != null) {
        line.putRawValue(InputRow.ID, new RawValue(id)); // JSON already
      }
      String problem = row.text(InputRow.PROBLEM);
      String refused = row.text(error);
      if (problem != null || refused != null) {
        return failed(
            line, row, problem == null ? "line %d: %s".formatted(number(row), refused) : problem);
      }
      try {
        tokens += result.add(line, row);
        return line;
      } catch (IllegalArgumentException e) {
        return failed(line, row, "line %d: %s".formatted(number(row), e.getMessage()));
      }
    }

    private static long number(ResultRow row) {
      return row.wide(InputRow.LINE);
    }

    private ObjectNode failed(ObjectNode line, ResultRow row, String sentence) {
      errors++;
      return line.put("line", number(row)).put("error", sentence);
    }
  }

  /** Adds ids to a line, as one text: a node for each would take longer than finding the ids. */
  public static int addIds(ObjectNode line, List<Integer> ids) {
    StringBuilder array = new StringBuilder(6 * ids.size() + 2).append('[');
    for (int id : ids) {
      array.append(array.length() == 1 ? "" : ",").append(id);
    }
    line.putRawValue("ids", new RawValue(array.append(']').toString()));
    return ids.size();
  }
}
