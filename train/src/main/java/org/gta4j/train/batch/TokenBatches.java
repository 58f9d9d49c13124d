package org.gta4j.train.batch;

/**
 * Sequences of one long run of tokens, cut where a sequence is full whatever stands there: no token
 * is padding. Every epoch has each sequence once, in an order of its own.
 *
 * <p>Not thread-safe.
 */
public final class TokenBatches implements Batches {
  private final TokenRun tokens;
  private final int length;
  private final int sequences;
  private final String fingerprint;
  private final EpochOrder order;

  /** Sequences of tokens in memory. */
  public TokenBatches(int[] tokens, int length, long seed) {
    this(TokenRun.of(tokens), length, seed);
  }

  /**
   * Sequences of tokens.
   *
   * @param tokens all of them, document after document; closed with this
   * @param length tokens a sequence; its last target is the token behind it
   * @param seed of the order
   * @throws IllegalArgumentException if there are fewer tokens than one sequence needs, or more
   *     than 2^31 sequences
   */
  public TokenBatches(TokenRun tokens, int length, long seed) {
    if (length < 1 || tokens.count() <= length) {
      throw new IllegalArgumentException(
          "expected more tokens than a sequence of %d has, found %d"
              .formatted(length, tokens.count()));
    }
    long count = (tokens.count() - 1) / length;
    if (count > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(
          "expected at most 2^31 sequences, found %d: choose longer ones".formatted(count));
    }
    this.tokens = tokens;
    this.length = length;
    sequences = (int) count;
    order = new EpochOrder(sequences, seed);
    fingerprint = "%s, sequences of %d, order %d".formatted(tokens.fingerprint(), length, seed);
  }

  @Override
  public int length() {
    return length;
  }

  @Override
  public long sequencesPerEpoch() {
    return sequences;
  }

  @Override
  public String fingerprint() {
    return fingerprint;
  }

  @Override
  public Batch read(long first, int rows) {
    int[] ids = new int[Math.multiplyExact(rows, length)];
    int[] targets = new int[ids.length];
    for (int row = 0; row < rows; row++) {
      long from = begin(first + row);
      tokens.copy(from, ids, row * length, length);
      tokens.copy(from + 1, targets, row * length, length);
    }
    return new Batch(rows, length, ids, targets);
  }

  /** Where in the tokens the sequence begins that comes at a place of the endless order. */
  public long begin(long place) {
    return (long) order.at(place) * length;
  }

  @Override
  public void close() {
    tokens.close();
  }
}
