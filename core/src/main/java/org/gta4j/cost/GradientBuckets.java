package org.gta4j.cost;

/**
 * How numbers that training processes exchange are put together: in their order, into buckets that
 * travel one after the other, each cut into as many chunks as there are ranks. Rank {@code r} owns
 * the {@code r}-th chunk of every bucket; behind the last number there may be some that nobody
 * owns, so that chunks of a bucket are of one size.
 *
 * @param numbers how many there are
 * @param ranks processes that exchange them
 */
public record GradientBuckets(long numbers, int ranks) {
  /** Enough to keep a network busy, little beside a model: 25 MiB of f32. */
  private static final long USUAL = (25L << 20) / Float.BYTES;

  /** Checks the numbers. */
  public GradientBuckets {
    if (numbers < 1) {
      throw new IllegalArgumentException("numbers: expected at least 1, found " + numbers);
    }
    if (ranks < 1) {
      throw new IllegalArgumentException("ranks: expected at least 1, found " + ranks);
    }
  }

  private long usualChunk() {
    return Math.ceilDiv(USUAL, (long) ranks);
  }

  /** How many buckets. */
  public int count() {
    return Math.toIntExact(Math.ceilDiv(numbers, usualChunk() * ranks));
  }

  /** The first number of a bucket. */
  public long begin(int bucket) {
    return bucket * usualChunk() * ranks;
  }

  /** Numbers of each of a bucket's chunks. */
  public long chunk(int bucket) {
    return Math.min(usualChunk(), Math.ceilDiv(numbers - begin(bucket), (long) ranks));
  }

  /** The first number of a bucket's chunk that a rank owns; that behind its last for the next. */
  public long owned(int bucket, int rank) {
    return Math.min(numbers, begin(bucket) + rank * chunk(bucket));
  }

  /** How many numbers a rank owns in all buckets. */
  public long owned(int rank) {
    long owned = 0;
    for (int bucket = 0; bucket < count(); bucket++) {
      owned += owned(bucket, rank + 1) - owned(bucket, rank);
    }
    return owned;
  }
}
