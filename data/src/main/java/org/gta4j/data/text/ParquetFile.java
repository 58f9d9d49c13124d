package org.gta4j.data.text;

import dev.hardwood.InputFile;
import dev.hardwood.reader.ParquetFileReader;
import dev.hardwood.reader.RowReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Function;
import java.util.function.LongConsumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.gta4j.data.DataException;

/** Reads the rows of a Parquet file. */
final class ParquetFile {
  /** Tells at each start which instructions it found; only what goes wrong matters here. */
  private static final Logger LIBRARY = Logger.getLogger("dev.hardwood");

  static {
    LIBRARY.setLevel(Level.WARNING);
  }

  private ParquetFile() {}

  /** Begins to read. */
  @FunctionalInterface
  interface Opening {
    /** The rows that are wanted, with the columns that are. */
    RowReader rows(ParquetFileReader reader);
  }

  /** Gets what was read of rows. */
  @FunctionalInterface
  interface Rows<T> {
    /** Takes what was read of a row, whose number is from 1 on. */
    void accept(long number, T value);
  }

  /** What the library does, which reports what is damaged by exceptions of many kinds. */
  @FunctionalInterface
  private interface Reading<T> {
    T read() throws IOException;
  }

  /**
   * Reads a file.
   *
   * @param value what is wanted of a row
   * @param expected what the file is to have, for messages
   * @param bytes is told what part of the file's bytes has been read: that of its rows
   * @throws DataException if it is no such file; what {@code rows} throws stays as it is
   */
  static <T> void read(
      Path file,
      Opening opening,
      Function<RowReader, T> value,
      String expected,
      LongConsumer bytes,
      Rows<T> rows) {
    try (ParquetFileReader reader =
            guarded(file, expected, () -> ParquetFileReader.open(InputFile.of(file)));
        RowReader row = guarded(file, expected, () -> opening.rows(reader))) {
      double bytesPerRow = (double) Files.size(file) / reader.getFileMetaData().numRows();
      for (long number = 1; guarded(file, expected, row::hasNext); number++) {
        T read =
            guarded(
                file,
                expected,
                () -> {
                  row.next();
                  return value.apply(row);
                });
        rows.accept(number, read);
        bytes.accept(Math.round(number * bytesPerRow));
      }
    } catch (IOException e) {
      throw wrong(file, expected, e);
    }
  }

  private static <T> T guarded(Path file, String expected, Reading<T> reading) {
    try {
      return reading.read();
    } catch (DataException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw wrong(file, expected, e);
    }
  }

  private static DataException wrong(Path file, String expected, Exception e) {
    return new DataException(
        "%s: expected a Parquet file with %s: %s".formatted(file, expected, reason(e)), e);
  }

  /** What the first of all causes says: those around it only name the place. */
  private static String reason(Throwable e) {
    Throwable cause = e;
    for (int depth = 0; depth < 16 && cause.getCause() != null; depth++) {
      cause = cause.getCause();
    }
    return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
  }
}
