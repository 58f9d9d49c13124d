package org.gta4j.cli.spark.batch;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import org.apache.spark.TaskContext;
import org.apache.spark.util.TaskCompletionListener;
import org.gta4j.cli.RefusedException;

/** The lines of a chunk, one after the other; in a task they are closed with it. */
final class ChunkLines implements AutoCloseable {
  private static final int BUFFER = 1 << 16;

  /** No text that a model reads is longer; the buffer doubles. */
  private static final int LONGEST = 1 << 30;

  /** What decoders put where bytes are no characters; a text may have it as well. */
  private static final char REPLACEMENT = '\uFFFD';

  private final Path file;
  private final FileChannel channel;
  private byte[] buffer = new byte[BUFFER];
  private int filled;
  private int begin;
  private int end;
  private int next;
  private long position;
  private long left;
  private long number;

  /** Stands before the first line. */
  @SuppressWarnings("MustBeClosedChecker") // closed with the task
  ChunkLines(Path file, Chunk chunk) {
    this.file = file;
    left = chunk.to() - chunk.from();
    number = chunk.firstLine() - 1;
    try {
      channel = FileChannel.open(file);
    } catch (IOException e) {
      throw new UncheckedIOException(file.toString(), e);
    }
    TaskContext task = TaskContext.get();
    if (task != null) {
      TaskCompletionListener ended = _ -> close();
      task.addTaskCompletionListener(ended);
    }
    position = chunk.from();
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(file.toString(), e);
    }
  }

  /** Goes to the next line; false where none is left. */
  boolean advance() {
    begin = next;
    end = begin;
    while (true) {
      while (end < filled && buffer[end] != '\n') {
        end++;
      }
      if (end < filled || left == 0) {
        break;
      }
      readMore();
    }
    boolean isThere = begin < filled;
    next = Math.min(end + 1, filled);
    number += isThere ? 1 : 0;
    return isThere;
  }

  /** Reads behind what was read, with the line that has begun at the buffer's begin. */
  private void readMore() {
    System.arraycopy(buffer, begin, buffer, 0, filled - begin);
    filled -= begin;
    end -= begin;
    begin = 0;
    if (filled == LONGEST) {
      throw new RefusedException(
          "%s: line %d: expected at most %d bytes, found more"
              .formatted(file, number + 1, LONGEST));
    }
    if (filled == buffer.length) {
      buffer = Arrays.copyOf(buffer, 2 * buffer.length);
    }
    int most = (int) Math.min(left, buffer.length - filled);
    try {
      int read = channel.read(ByteBuffer.wrap(buffer, filled, most), position);
      if (read < 0) {
        throw new RefusedException(file + ": has become shorter while it was read");
      }
      position += read;
      filled += read;
      left -= read;
    } catch (IOException e) {
      throw new UncheckedIOException(file.toString(), e);
    }
  }

  /** The line's number in the file, from 1 on. */
  long number() {
    return number;
  }

  /** Whether nothing is in the line, as {@link InputLines} sees it. */
  boolean isBlank() {
    for (int i = begin; i < end; i++) {
      if (buffer[i] != ' ' && buffer[i] != '\t' && buffer[i] != '\r') {
        return false;
      }
    }
    return true;
  }

  /**
   * The line without its end.
   *
   * @throws CharacterCodingException if it is not UTF-8
   */
  String text() throws CharacterCodingException {
    String text = new String(buffer, begin, end - begin, StandardCharsets.UTF_8);
    return text.indexOf(REPLACEMENT) < 0
        ? text
        : StandardCharsets.UTF_8
            .newDecoder()
            .decode(ByteBuffer.wrap(buffer, begin, end - begin))
            .toString();
  }
}
