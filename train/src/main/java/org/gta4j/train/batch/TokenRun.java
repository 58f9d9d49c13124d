package org.gta4j.train.batch;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** One long run of tokens, document after document, wherever it lies. */
public interface TokenRun extends AutoCloseable {
  /** How many tokens. */
  long count();

  /** Copies tokens from number {@code from} on. */
  void copy(long from, int[] to, int at, int count);

  /** What tells this run from others, in a few words. */
  String fingerprint();

  @Override
  default void close() {}

  /** A run in memory. */
  static TokenRun of(int... tokens) {
    int[] copy = tokens.clone();
    CRC32C crc = new CRC32C();
    ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES);
    for (int token : copy) {
      crc.update(bytes.clear().putInt(token).flip());
    }
    String fingerprint = "%d tokens, checksum %08x".formatted(copy.length, crc.getValue());
    return new TokenRun() {
      @Override
      public long count() {
        return copy.length;
      }

      @Override
      public void copy(long from, int[] to, int at, int count) {
        System.arraycopy(copy, Math.toIntExact(from), to, at, count);
      }

      @Override
      public String fingerprint() {
        return fingerprint;
      }
    };
  }
}
