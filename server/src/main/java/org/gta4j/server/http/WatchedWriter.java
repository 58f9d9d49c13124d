package org.gta4j.server.http;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.buffers.DataWriter;

/**
 * Writes to a client as long as that takes what is written. Large answers are written in pieces,
 * each of which has its time: a slow line is no reason to end a connection.
 */
final class WatchedWriter implements DataWriter {
  /** A client that needs longer than the limit for this has in effect stopped reading. */
  private static final int PIECE = 64 << 10;

  private final DataWriter writer;
  private final Patience patience;

  WatchedWriter(DataWriter writer, Patience patience) {
    this.writer = writer;
    this.patience = patience;
  }

  @Override
  public void write(BufferData... buffers) {
    for (BufferData buffer : buffers) {
      write(buffer);
    }
  }

  @Override
  public void write(BufferData buffer) {
    while (buffer.available() > PIECE) {
      byte[] piece = new byte[PIECE];
      buffer.read(piece);
      one(BufferData.create(piece));
    }
    one(buffer);
  }

  private void one(BufferData piece) {
    patience.with(() -> {
      writer.writeNow(piece);
      return piece;
    });
  }

  @Override
  public void writeNow(BufferData... buffers) {
    write(buffers);
  }

  @Override
  public void writeNow(BufferData buffer) {
    write(buffer);
  }

  @Override
  public void flush() {
    writer.flush();
  }

  @Override
  public void close() {
    writer.close();
  }
}
