package org.gta4j.data.text;

import dev.hardwood.InputFile;
import dev.hardwood.reader.ParquetFileReader;
import dev.hardwood.reader.RowReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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

  /** Gets rows. */
  @FunctionalInterface
  interface Rows {
    /** Takes a row, whose number is from 1 on. */
    void accept(long number, RowReader row);
  }

  /**
   * Reads a file.
   *
   * @param bytes is told what part of the file's bytes has been read: that of its rows
   * @param wanted what was expected, where the file is none
   */
  static void read(Path file, Opening opening, LongConsumer bytes, Rows wanted, String expected) {
    try (ParquetFileReader reader = ParquetFileReader.open(InputFile.of(file));
        RowReader rows = opening.rows(reader)) {
      double bytesPerRow = (double) Files.size(file) / reader.getFileMetaData().numRows();
      for (long row = 1; rows.hasNext(); row++) {
        rows.next();
        wanted.accept(row, rows);
        bytes.accept(Math.round(row * bytesPerRow));
      }
    } catch (DataException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      // The library reports what is damaged by exceptions of many kinds.
      throw new DataException(
          "%s: expected a Parquet file with %s: %s".formatted(file, expected, reason(e)), e);
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
