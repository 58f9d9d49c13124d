package org.gta4j.cli.spark.batch;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.zip.CRC32C;
import org.gta4j.cli.Progress;
import org.gta4j.cli.RefusedException;
import org.gta4j.cli.Terminal;

/**
 * The input, read through once: where its chunks are, and what tells it from other files.
 *
 * @param file the file
 * @param chunks its chunks, in order
 * @param bytes its length
 * @param checksum CRC-32C of its bytes
 */
public record InputLines(Path file, List<Chunk> chunks, long bytes, String checksum) {
  private static final int BUFFER = 1 << 20;

  /** However short lines are, a chunk stays something that a task is done with soon. */
  private static final long LARGEST_CHUNK = 64L << 20;

  /** Copies the list. */
  public InputLines {
    chunks = List.copyOf(chunks);
  }

  /** How many rows there are. */
  public long rows() {
    return chunks.stream().mapToLong(Chunk::rows).sum();
  }

  /**
   * Reads a file through.
   *
   * @param chunkRows rows of a chunk
   * @throws RefusedException if it cannot be read, or has no lines
   */
  public static InputLines read(Terminal terminal, String option, Path file, long chunkRows) {
    String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
    if (name.matches(".*\\.(gz|xz|zst|bz2)")) {
      throw new RefusedException(
          "%s: %s: expected JSON lines as they are, which tasks can read from anywhere on, found an archive by its name: unpack it"
              .formatted(option, file));
    }
    if (Files.isDirectory(file)) {
      throw new RefusedException("%s: %s: expected a file, found a folder".formatted(option, file));
    }
    if (!Files.isRegularFile(file)) {
      throw new RefusedException("%s: %s: there is no such file".formatted(option, file));
    }
    try (InputStream stream = Files.newInputStream(file);
        Progress progress =
            new Progress(terminal, "looking through the input", Files.size(file), "bytes")) {
      Scan scan = new Scan(chunkRows);
      byte[] buffer = new byte[BUFFER];
      for (int read = stream.read(buffer); read >= 0; read = stream.read(buffer)) {
        scan.add(buffer, read);
        progress.at(scan.position);
      }
      scan.end();
      if (scan.chunks.isEmpty()) {
        throw new RefusedException(
            "%s: %s: expected a JSON object a line, found no lines".formatted(option, file));
      }
      return new InputLines(
          file,
          scan.chunks,
          scan.position,
          String.format(Locale.ROOT, "%08x", scan.checksum.getValue()));
    } catch (IOException e) {
      throw new RefusedException(
          "%s: %s: cannot be read: %s".formatted(option, file, e.getMessage()), e);
    }
  }

  /** Finds chunks in bytes that come one after the other. */
  private static final class Scan {
    private final long chunkRows;
    private final List<Chunk> chunks = new ArrayList<>();
    private final CRC32C checksum = new CRC32C();
    private long position;
    private long line = 1;
    private boolean isBlank = true;
    private long begin;
    private long firstLine = 1;
    private long rows;

    Scan(long chunkRows) {
      this.chunkRows = chunkRows;
    }

    void add(byte[] buffer, int length) {
      checksum.update(buffer, 0, length);
      for (int i = 0; i < length; i++) {
        byte b = buffer[i];
        if (b == '\n') {
          endLine(position + i + 1);
        } else if (b != ' ' && b != '\t' && b != '\r') {
          isBlank = false;
        }
      }
      position += length;
    }

    private void endLine(long end) {
      rows += isBlank ? 0 : 1;
      isBlank = true;
      line++;
      if (rows == chunkRows || (rows > 0 && end - begin >= LARGEST_CHUNK)) {
        endChunk(end);
      }
    }

    private void endChunk(long end) {
      chunks.add(new Chunk(chunks.size(), begin, end, firstLine, rows));
      begin = end;
      firstLine = line;
      rows = 0;
    }

    void end() {
      rows += isBlank ? 0 : 1;
      if (rows > 0) {
        endChunk(position);
      }
    }
  }
}
