package org.gta4j.ops;

/**
 * Memory of its own that all threads read once together, as fast as an implementation can: what a
 * step of decoding is compared with, since it reads every weight once.
 */
public interface MemoryReading extends AutoCloseable {
  /** Bytes that are read; a multiple of {@value #PIECE}. */
  long bytes();

  /** Reads all of it: the sum of its 64-bit words, of which word {@code i} is {@code i}. */
  long sum();

  /** Frees the memory. */
  @Override
  void close();

  /** Bytes that a thread takes at a time. */
  int PIECE = 1 << 20;

  /**
   * {@code bytes} rounded up to whole pieces.
   *
   * @throws IllegalArgumentException if there are none, or 2^40 or more
   */
  static long wholePieces(long bytes) {
    if (bytes < 1 || bytes >= 1L << 40) {
      throw new IllegalArgumentException(
          "expected 1 to 2^40 - 1 bytes of memory to read, found " + bytes);
    }
    return Math.ceilDiv(bytes, PIECE) * PIECE;
  }
}
