package org.gta4j.cli.spark.batch;

import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Serializable;
import java.io.Writer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.sql.Row;
import org.gta4j.checkpoint.AtomicOutput;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.core.exc.JacksonIOException;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.json.JsonMapper;

/**
 * What came of a chunk.
 *
 * @param rows lines that were written
 * @param errors how many of them say what was wrong
 * @param tokens tokens of the others, as {@link ResultLine} counts them
 */
public record ChunkResult(long rows, long errors, long tokens) implements Serializable {
  private static final long serialVersionUID = 1L;

  private static final ObjectWriter LINES =
      JsonMapper.shared()
          .writer()
          .withRootValueSeparator("\n")
          .without(StreamWriteFeature.AUTO_CLOSE_TARGET);

  /** Makes a line of a row that something was computed from. */
  @FunctionalInterface
  public interface ResultLine extends Serializable {
    /**
     * Adds what was computed to a line, and says how many tokens that is.
     *
     * @param line an object that has begun and goes on
     * @throws IllegalArgumentException if that is nothing to write; then nothing was added
     */
    long add(JsonGenerator line, ResultRow row);
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
    Lines writer = new Lines(columns, error, result);
    AtomicOutput.write(file, channel -> writer.write(channel, rows));
    return new ChunkResult(writer.rows, writer.errors, writer.tokens);
  }

  private static final class Lines {
    private final List<String> columns;
    private final String error;
    private final ResultLine result;
    private long rows;
    private long errors;
    private long tokens;

    Lines(List<String> columns, String error, ResultLine result) {
      this.columns = columns;
      this.error = error;
      this.result = result;
    }

    void write(FileChannel file, Iterator<Row> all) throws IOException {
      Writer text = new OutputStreamWriter(Channels.newOutputStream(file), StandardCharsets.UTF_8);
      try (JsonGenerator json = LINES.createGenerator(text)) {
        while (all.hasNext()) {
          write(json, new ResultRow(all.next(), columns));
        }
        json.writeRaw('\n');
        json.flush();
      } catch (JacksonIOException e) {
        throw e.getCause();
      }
    }

    private void write(JsonGenerator line, ResultRow row) {
      rows++;
      line.writeStartObject();
      String id = row.text(InputRow.ID);
      if (id != null) {
        line.writeName(InputRow.ID).writeRawValue(id); // JSON already
      }
      String problem = row.text(InputRow.PROBLEM);
      String refused = row.text(error);
      if (problem != null) {
        fail(line, row, problem);
      } else if (refused != null) {
        fail(line, row, "line %d: %s".formatted(number(row), refused));
      } else {
        try {
          tokens += result.add(line, row);
        } catch (IllegalArgumentException e) {
          fail(line, row, "line %d: %s".formatted(number(row), e.getMessage()));
        }
      }
      line.writeEndObject();
    }

    private static long number(ResultRow row) {
      return row.wide(InputRow.LINE);
    }

    private void fail(JsonGenerator line, ResultRow row, String sentence) {
      errors++;
      line.writeNumberProperty("line", number(row)).writeStringProperty("error", sentence);
    }
  }

  /** Adds ids to a line, and says how many they are. */
  public static int addIds(JsonGenerator line, int... ids) {
    line.writeName("ids").writeArray(ids, 0, ids.length);
    return ids.length;
  }
}
