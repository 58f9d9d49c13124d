package org.gta4j.train.batch;

import java.util.SplittableRandom;
import java.util.function.Consumer;

/**
 * Which sequence comes at a place of an order that has no end: every epoch has each once, in an
 * order of its own, which follows from a seed and the epoch's number.
 *
 * <p>Not thread-safe.
 */
final class EpochOrder {
  private final long seed;
  private final int[] order;
  private final Consumer<int[]> arrange;
  private long orderedEpoch = -1;

  /** An order of numbers from 0 to {@code count - 1}. */
  EpochOrder(int count, long seed) {
    this(count, seed, order -> {});
  }

  /**
   * The same.
   *
   * @param arrange what is done to an epoch's order; depends on nothing else
   */
  EpochOrder(int count, long seed, Consumer<int[]> arrange) {
    this.seed = seed;
    this.arrange = arrange;
    order = new int[count];
  }

  /** The number at a place. */
  int at(long place) {
    long epoch = place / order.length;
    if (epoch != orderedEpoch) {
      shuffle(epoch);
    }
    return order[(int) (place % order.length)];
  }

  /** Fisher and Yates's, begun anew for each epoch. */
  private void shuffle(long epoch) {
    SplittableRandom random = new SplittableRandom(seed * 0x9E37_79B9_7F4A_7C15L + epoch);
    for (int i = 0; i < order.length; i++) {
      int other = random.nextInt(i + 1);
      order[i] = order[other];
      order[other] = i;
    }
    arrange.accept(order);
    orderedEpoch = epoch;
  }
}
