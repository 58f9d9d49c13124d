package org.gta4j.cli.spark.batch;

import java.util.List;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;
import scala.collection.immutable.ArraySeq;

/**
 * A row and the names of its columns: tasks get rows without.
 *
 * @param row the row
 * @param columns the names, in their order
 */
public record ResultRow(Row row, List<String> columns) {
  private int index(String column) {
    int index = columns.indexOf(column);
    if (index < 0) {
      throw new IllegalStateException("expected a column %s, found %s".formatted(column, columns));
    }
    return index;
  }

  /** A text; null where there is none. */
  @Nullable String text(String column) {
    return row.getString(index(column));
  }

  /** A text that is there. */
  public String string(String column) {
    return row.getString(index(column));
  }

  /** An integer. */
  public int integer(String column) {
    return row.getInt(index(column));
  }

  /** A long integer. */
  long wide(String column) {
    return row.getLong(index(column));
  }

  /** A number. */
  public double number(String column) {
    return row.getDouble(index(column));
  }

  /** Integers, as a task that hands rows to itself has them; not to be changed. */
  public int[] integers(String column) {
    Object value = row.get(index(column));
    if (!(value instanceof ArraySeq.ofInt integers)) {
      throw new IllegalStateException("%s: expected integers, found %s".formatted(column, value));
    }
    return integers.unsafeArray();
  }
}
