package org.gta4j.data.shard;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.zip.CRC32C;

/** A file of tokens while it is written, little endian. Not thread-safe. */
final class TokenFile implements AutoCloseable {
  private static final int BUFFER = 1 << 20;

  private final FileChannel channel;
  private final int vocabulary;
  private final int tokenBytes;
  private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER).order(ByteOrder.LITTLE_ENDIAN);
  private final CRC32C checksum = new CRC32C();
  private long tokens;

  /**
   * Begins a file that is not there yet.
   *
   * @param vocabulary ids go from 0 to this minus 1
   */
  @SuppressWarnings("MustBeClosedChecker") // close closes it
  TokenFile(Path file, int vocabulary) throws IOException {
    this.vocabulary = vocabulary;
    tokenBytes = ShardIndex.tokenBytes(vocabulary);
    channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
  }

  /** How many tokens were written. */
  long tokens() {
    return tokens;
  }

  /**
   * Adds a token.
   *
   * @throws IllegalArgumentException if it is beyond the vocabulary
   */
  void write(int token) throws IOException {
    if (token < 0 || token >= vocabulary) {
      throw new IllegalArgumentException(
          "expected token ids from 0 to %d, found %d".formatted(vocabulary - 1, token));
    }
    if (buffer.remaining() < tokenBytes) {
      flush();
    }
    if (tokenBytes == Short.BYTES) {
      buffer.putShort((short) token);
    } else {
      buffer.putInt(token);
    }
    tokens++;
  }

  /**
   * Adds tokens of another file with the same vocabulary.
   *
   * @param from how many tokens stand before them
   */
  void copy(FileChannel other, long from, long count) throws IOException {
    long at = from * tokenBytes;
    long left = count * tokenBytes;
    while (left > 0) {
      if (!buffer.hasRemaining()) {
        flush();
      }
      int limit = buffer.limit();
      buffer.limit((int) Math.min(limit, buffer.position() + left));
      int read = other.read(buffer, at);
      buffer.limit(limit);
      if (read <= 0) {
        throw new IOException("a part has become shorter");
      }
      at += read;
      left -= read;
    }
    tokens += count;
  }

  private void flush() throws IOException {
    buffer.flip();
    checksum.update(buffer.duplicate());
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
    buffer.clear();
  }

  /** Has all of it on the disk; closing the file is left. */
  ShardIndex.Shard end(String name) throws IOException {
    flush();
    channel.force(true);
    return new ShardIndex.Shard(
        name, tokens, String.format(Locale.ROOT, "%08x", checksum.getValue()));
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
