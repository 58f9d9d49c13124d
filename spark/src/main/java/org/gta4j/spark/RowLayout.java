package org.gta4j.spark;

import java.io.Serializable;
import java.util.Objects;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.jspecify.annotations.Nullable;

/**
 * Where things are in rows that come and rows that go. A dataset's rows come with one column more
 * than it had: whether their text is UTF-8.
 *
 * @param text the column of the text
 * @param key the column that tells rows from others; {@link #NONE}: the text does
 * @param isText the column of whether the text is UTF-8; {@link #NONE}: all are
 * @param kept how many columns are handed on
 * @param outputs for each new column, which of the computed values it has
 * @param hasError whether another new column says what was wrong
 */
record RowLayout(int text, int key, int isText, int kept, int[] outputs, boolean hasError)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  /** No column. */
  static final int NONE = -1;

  /**
   * The text of a row that came.
   *
   * @throws RefusedRowException if there is none
   */
  String text(Row row) {
    String found = checked(row.isNullAt(text) ? null : row.getString(text));
    if (isText != NONE && !row.getBoolean(isText)) {
      throw new RefusedRowException("the text is not UTF-8: some of its bytes are no characters");
    }
    return found;
  }

  /**
   * A text with something in it.
   *
   * @throws RefusedRowException if it is none
   */
  static String checked(@Nullable String text) {
    if (text == null) {
      throw new RefusedRowException("the text is null: expected a text");
    }
    if (text.isEmpty()) {
      throw new RefusedRowException("the text is empty: expected at least a character");
    }
    return text;
  }

  /**
   * What tells a row from others.
   *
   * @throws RefusedRowException if nothing does
   */
  String key(Row row) {
    if (key != NONE && row.isNullAt(key)) {
      throw new RefusedRowException("the row id is null: random numbers have nowhere to begin");
    }
    return Objects.toString(row.get(key == NONE ? text : key));
  }

  /** The row that goes, with what was computed. */
  Row with(Row row, RowWork.Computed computed) {
    @Nullable Object[] values = begin(row);
    for (int i = 0; i < outputs.length; i++) {
      values[kept + i] = computed.columns().get(outputs[i]);
    }
    return RowFactory.create(values);
  }

  /** The row that goes, with what was wrong. */
  Row with(Row row, RefusedRowException refused) {
    @Nullable Object[] values = begin(row);
    if (hasError) {
      values[kept + outputs.length] = refused.getMessage();
    }
    return RowFactory.create(values);
  }

  private @Nullable Object[] begin(Row row) {
    @Nullable Object[] values = new @Nullable Object[kept + outputs.length + (hasError ? 1 : 0)];
    for (int i = 0; i < kept; i++) {
      values[i] = row.get(i);
    }
    return values;
  }
}
