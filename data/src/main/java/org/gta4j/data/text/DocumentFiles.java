package org.gta4j.data.text;

import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.apache.commons.compress.compressors.CompressorException;
import org.apache.commons.compress.compressors.CompressorStreamFactory;
import org.gta4j.data.DataException;
import tools.jackson.databind.node.ObjectNode;

/**
 * The documents of files, one after the other, whatever the files' size: texts, in which {@code
 * <|endoftext|>} separates documents, JSON lines ({@code .jsonl}, {@code .ndjson}) and Parquet.
 * Texts and JSON lines may be compressed: {@code .gz}, {@code .xz}, {@code .zst}.
 */
public final class DocumentFiles {
  private DocumentFiles() {}

  /**
   * Reads a file.
   *
   * @param field the field of JSON lines, or the column of Parquet, that holds the text
   * @param bytes is told how many bytes of the file have been read, from time to time
   * @param documents gets the documents
   * @throws DataException if it is missing, damaged, or no UTF-8
   */
  public static void read(Path file, String field, LongConsumer bytes, Consumer<Piece> documents) {
    if (isParquet(file)) {
      ParquetColumn.read(existing(file), field, bytes, documents);
    } else if (isJsonLines(file)) {
      objects(
          file, bytes, (line, object) -> JsonLines.document(file, line, object, field, documents));
    } else {
      stream(file, bytes, stream -> SeparatedText.read(stream, documents));
    }
  }

  /**
   * What a file can be cut into, so that several read it at once: JSON lines that are not
   * compressed. Any other file is one range.
   *
   * @param bytes about how many each is to have
   * @return ranges that are the file together, in order
   * @throws DataException if it is missing
   */
  public static List<FileRange> ranges(Path file, long bytes) {
    String name = name(existing(file));
    if (!isJsonLines(file) || !name.equals(plain(name))) {
      return List.of(FileRange.whole(file));
    }
    try {
      return LineRanges.of(file, bytes);
    } catch (IOException e) {
      throw new DataException("%s: cannot be read: %s".formatted(file, reason(e)), e);
    }
  }

  /**
   * Reads a part of a file that {@link #ranges} made.
   *
   * @param field the field of JSON lines, or the column of Parquet, that holds the text
   * @param documents gets the documents
   * @throws DataException if it is missing, damaged, or no UTF-8
   */
  public static void read(FileRange range, String field, Consumer<Piece> documents) {
    if (range.isWhole()) {
      read(range.file(), field, bytes -> {}, documents);
      return;
    }
    try {
      lines(range, 0, field, documents);
    } catch (DataException e) {
      // Which line that is in the file nobody wants to know before.
      long before = linesBefore(range);
      if (before > 0) {
        lines(range, before, field, again -> {});
      }
      throw e;
    }
  }

  private static void lines(FileRange range, long before, String field, Consumer<Piece> documents) {
    Path file = range.file();
    reading(
        file,
        () -> {
          try (InputStream stream = LineRanges.open(range)) {
            JsonLines.read(
                file,
                stream,
                before,
                (line, object) -> JsonLines.document(file, line, object, field, documents));
          }
        });
  }

  private static long linesBefore(FileRange range) {
    long[] lines = new long[1];
    reading(range.file(), () -> lines[0] = LineRanges.linesBefore(range));
    return lines[0];
  }

  /** Whether a file is named as one with a JSON object a line is. */
  public static boolean isJsonLines(Path file) {
    String plain = plain(name(file));
    return plain.endsWith(".jsonl") || plain.endsWith(".ndjson");
  }

  /** Whether a file is named as one that has records: JSON lines, or Parquet. */
  public static boolean hasRecords(Path file) {
    return isParquet(file) || isJsonLines(file);
  }

  private static boolean isParquet(Path file) {
    return name(file).endsWith(".parquet");
  }

  /** Gets JSON objects. */
  @FunctionalInterface
  public interface Objects {
    /** Takes the object in a line, or of a row, whose number is from 1 on. */
    void accept(long line, ObjectNode object);
  }

  /**
   * Reads the objects of a file: the rows of a Parquet file, or JSON objects, one a line.
   *
   * @param bytes is told how many bytes of the file have been read
   * @throws DataException if it is missing, damaged, or a line is no JSON object
   */
  public static void objects(Path file, LongConsumer bytes, Objects objects) {
    if (isParquet(file)) {
      ParquetRecords.read(existing(file), bytes, objects);
    } else {
      stream(file, bytes, stream -> JsonLines.read(file, stream, 0, objects));
    }
  }

  /**
   * The whole text of a file, which may be compressed.
   *
   * @throws DataException if it is missing, damaged, or no UTF-8
   */
  public static String text(Path file) {
    StringBuilder text = new StringBuilder();
    stream(
        file,
        bytes -> {},
        stream ->
            text.append(
                StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(stream.readAllBytes()))));
    return text.toString();
  }

  private static Path existing(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new DataException("%s: there is no such file".formatted(file));
    }
    return file;
  }

  private static String name(Path file) {
    return String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
  }

  private static String plain(String name) {
    return name.replaceAll("\\.(gz|xz|zst)$", "");
  }

  @FunctionalInterface
  private interface Reading {
    void read(InputStream stream) throws IOException;
  }

  private static void stream(Path file, LongConsumer bytes, Reading reading) {
    String name = name(file);
    reading(
        file,
        () -> {
          try (InputStream counted = counted(Files.newInputStream(existing(file)), bytes);
              InputStream stream =
                  name.equals(plain(name)) ? counted : decompressed(name, counted)) {
            reading.read(stream);
          }
        });
  }

  @FunctionalInterface
  private interface Work {
    void run() throws IOException;
  }

  private static void reading(Path file, Work work) {
    try {
      work.run();
    } catch (CharacterCodingException e) {
      throw new DataException("%s: expected UTF-8, found other bytes".formatted(file), e);
    } catch (CompressorException e) {
      throw new DataException(
          "%s: expected what its name says, found no such archive".formatted(file), e);
    } catch (IOException e) {
      throw new DataException("%s: cannot be read: %s".formatted(file, reason(e)), e);
    }
  }

  private static String reason(IOException e) {
    return e.getMessage() == null ? "it is damaged, or cut off" : e.getMessage();
  }

  private static InputStream decompressed(String name, InputStream file)
      throws CompressorException {
    String kind =
        switch (name.substring(name.lastIndexOf('.') + 1)) {
          case "gz" -> CompressorStreamFactory.GZIP;
          case "xz" -> CompressorStreamFactory.XZ;
          default -> CompressorStreamFactory.ZSTANDARD;
        };
    // Archives may be several, one behind the other.
    return new CompressorStreamFactory(true)
        .createCompressorInputStream(kind, new BufferedInputStream(file));
  }

  private static InputStream counted(InputStream file, LongConsumer bytes) {
    return new FilterInputStream(file) {
      private long count;

      @Override
      public int read() throws IOException {
        int value = super.read();
        count(value < 0 ? 0 : 1);
        return value;
      }

      @Override
      public int read(byte[] buffer, int offset, int length) throws IOException {
        int read = super.read(buffer, offset, length);
        count(Math.max(0, read));
        return read;
      }

      private void count(int read) {
        count += read;
        bytes.accept(count);
      }
    };
  }
}
