package org.gta4j.train.batch;

import java.util.SplittableRandom;

/**
 * Sequences of one long run of tokens, cut where a sequence is full whatever stands there: no token
 * is padding. Every epoch has each sequence once, in an order of its own.
 *
 * <p>Not thread-safe.
 */
public final class TokenBatches implements Batches {
  private final TokenRun tokens;
  private final int length;
  private final long seed;
  private final int sequences;
  private final String fingerprint;
  private final int[] order;
  private long orderedEpoch = -1;

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
    this.seed = seed;
    sequences = (int) count;
    order = new int[sequences];
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
    return (long) sequence(place) * length;
  }

  /** Which sequence comes at a place of the endless order. */
  private int sequence(long place) {
    long epoch = place / sequences;
    if (epoch != orderedEpoch) {
      shuffle(epoch);
    }
    return order[(int) (place % sequences)];
  }

  /** Fisher and Yates's, begun anew for each epoch. */
  private void shuffle(long epoch) {
    SplittableRandom random = new SplittableRandom(seed * 0x9E37_79B9_7F4A_7C15L + epoch);
    for (int i = 0; i < sequences; i++) {
      int other = random.nextInt(i + 1);
      order[i] = order[other];
      order[other] = i;
    }
    orderedEpoch = epoch;
  }

  @Override
  public void close() {
    tokens.close();
  }
}
