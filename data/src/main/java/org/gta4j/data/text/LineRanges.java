package org.gta4j.data.text;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Cuts files of lines where lines begin, and reads what is between two cuts. */
final class LineRanges {
  private static final int BUFFER = 1 << 16;

  private LineRanges() {}

  /** Ranges of about so many bytes, which are the file together, in order. */
  static List<FileRange> of(Path file, long bytes) throws IOException {
    List<FileRange> ranges = new ArrayList<>();
    try (FileChannel channel = FileChannel.open(file)) {
      long size = channel.size();
      long from = 0;
      while (size - from > bytes) {
        long to = lineBegin(channel, from + bytes);
        if (to >= size) {
          break;
        }
        ranges.add(new FileRange(file, from, to));
        from = to;
      }
      ranges.add(new FileRange(file, from, Long.MAX_VALUE));
    }
    return ranges;
  }

  /** Where the first line begins at or behind a position that is not the file's first. */
  private static long lineBegin(FileChannel channel, long position) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
    long at = position - 1;
    while (true) {
      buffer.clear();
      int read = channel.read(buffer, at);
      if (read < 0) {
        return at;
      }
      for (int i = 0; i < read; i++) {
        if (buffer.get(i) == '\n') {
          return at + i + 1;
        }
      }
      at += read;
    }
  }

  /** How many lines end before a range. */
  static long linesBefore(FileRange range) throws IOException {
    long lines = 0;
    long left = range.from();
    try (InputStream stream = Files.newInputStream(range.file())) {
      byte[] buffer = new byte[BUFFER];
      while (left > 0) {
        int read = stream.read(buffer, 0, (int) Math.min(left, BUFFER));
        if (read < 0) {
          break;
        }
        for (int i = 0; i < read; i++) {
          lines += buffer[i] == '\n' ? 1 : 0;
        }
        left -= read;
      }
    }
    return lines;
  }

  /** The bytes of a range. */
  @SuppressWarnings("MustBeClosedChecker") // the stream closes it
  static InputStream open(FileRange range) throws IOException {
    FileChannel channel = FileChannel.open(range.file());
    channel.position(range.from());
    InputStream file = Channels.newInputStream(channel);
    return new InputStream() {
      private long left = range.to() - range.from();

      @Override
      public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
      }

      @Override
      public int read(byte[] buffer, int offset, int length) throws IOException {
        if (left == 0) {
          return -1;
        }
        int read = file.read(buffer, offset, (int) Math.min(length, left));
        left -= Math.max(0, read);
        return read;
      }

      @Override
      public void close() throws IOException {
        file.close();
      }
    };
  }
}
