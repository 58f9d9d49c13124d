package org.gta4j.data.text;

import dev.hardwood.InputFile;
import dev.hardwood.reader.ParquetFileReader;
import dev.hardwood.reader.RowReader;
import dev.hardwood.schema.ColumnProjection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.gta4j.data.DataException;

/** A column of texts in a Parquet file. */
final class ParquetColumn {
  /** Tells at each start which instructions it found; only what goes wrong matters here. */
  private static final Logger LIBRARY = Logger.getLogger("dev.hardwood");

  static {
    LIBRARY.setLevel(Level.WARNING);
  }

  private ParquetColumn() {}

  /**
   * Reads a file.
   *
   * @param bytes is told what part of the file's bytes has been read: that of its rows
   */
  static void read(Path file, String column, LongConsumer bytes, Consumer<Piece> documents) {
    try (ParquetFileReader reader = ParquetFileReader.open(InputFile.of(file))) {
      List<String> columns =
          reader.getFileSchema().getColumns().stream().map(c -> c.name()).toList();
      if (!columns.contains(column)) {
        throw new DataException(
            "%s: expected a column \"%s\", found %s".formatted(file, column, columns));
      }
      try (RowReader rows =
          reader.buildRowReader().projection(ColumnProjection.columns(column)).build()) {
        double bytesPerRow = (double) Files.size(file) / reader.getFileMetaData().numRows();
        for (long row = 1; rows.hasNext(); row++) {
          rows.next();
          String text = rows.isNull(column) ? "" : rows.getString(column).strip();
          if (!text.isEmpty()) {
            documents.accept(new Piece(text, true, true));
          }
          bytes.accept(Math.round(row * bytesPerRow));
        }
      }
    } catch (DataException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      // The library reports what is damaged by exceptions of many kinds.
      throw new DataException(
          "%s: expected a Parquet file with texts in column \"%s\": %s"
              .formatted(file, column, reason(e)),
          e);
    }
  }

  /** What the first of all causes says: those around it only name the place. */
  private static String reason(Throwable e) {
    Throwable cause = e;
    for (int depth = 0; depth < 16 && cause.getCause() != null; depth++) {
      cause = cause.getCause();
    }
    return String.valueOf(cause.getMessage());
  }
}
