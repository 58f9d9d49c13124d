package org.gta4j.data.text;

import dev.hardwood.reader.ParquetFileReader;
import dev.hardwood.reader.RowReader;
import dev.hardwood.schema.ColumnProjection;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.gta4j.data.DataException;

/** A column of texts in a Parquet file. */
final class ParquetColumn {
  private ParquetColumn() {}

  /**
   * Reads a file.
   *
   * @param bytes is told what part of the file's bytes has been read: that of its rows
   */
  static void read(Path file, String column, LongConsumer bytes, Consumer<Piece> documents) {
    ParquetFile.read(
        file,
        reader -> opened(file, column, reader),
        row -> row.isNull(column) ? "" : row.getString(column).strip(),
        "texts in column \"%s\"".formatted(column),
        bytes,
        (number, text) -> {
          if (!text.isEmpty()) {
            documents.accept(new Piece(text, true, true));
          }
        });
  }

  private static RowReader opened(Path file, String column, ParquetFileReader reader) {
    List<String> columns = reader.getFileSchema().getColumns().stream().map(c -> c.name()).toList();
    if (!columns.contains(column)) {
      throw new DataException(
          "%s: expected a column \"%s\", found %s".formatted(file, column, columns));
    }
    return reader.buildRowReader().projection(ColumnProjection.columns(column)).build();
  }
}
